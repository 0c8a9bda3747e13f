#!/usr/bin/env node
// Runs the model for long: node test/model/run.mjs [runs] [seed]; 5,000 sequences by default. Each core takes a part, with a
// seed of its own; a part that fails prints how to run its sequence again.
// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const [runs = process.env['MODEL_RUNS'] ?? '5000', seed = String(Math.floor(Math.random() * 1e9))] =
  process.argv.slice(2)
const parts = availableParallelism()

/** @param {number} partSeed */
async function part(partSeed) {
  const settings = {
    MODEL_RUNS: String(Math.ceil(Number(runs) / parts)),
    MODEL_SEED: String(partSeed),
    MODEL_COUNTS: 'yes',
  }
  // One thread for files, so that they are read and written in one order and a sequence can be repeated.
  const env = { ...process.env, ...settings, UV_THREADPOOL_SIZE: '1' }
  const command = ['node_modules/vitest/vitest.mjs', 'run', 'test/model', '--testTimeout', '0']
  const child = spawn(process.execPath, command, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill())
  let output = ''
  child.stdout.on('data', (bytes) => {
    output += bytes
  })
  const [code] = await once(child, 'exit')
  console.log(output)
  if (code === 0) return
  process.exitCode = 1
  console.log(`Again: UV_THREADPOOL_SIZE=1 MODEL_SEED=${partSeed} MODEL_PATH=<path> npx vitest run test/model`)
}

await Promise.all(Array.from({ length: parts }, (_none, index) => part(Number(seed) + index)))
