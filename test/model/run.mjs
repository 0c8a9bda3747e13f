#!/usr/bin/env node
// Runs the model for long: node test/model/run.mjs [--runs <n>] [--seed <n>] [--processes <n>]; 5,000 sequences, or MODEL_RUNS,
// unless told.
// Each process takes a part, with a seed of its own; a part that fails says how to run its sequence again.
// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: process.env['MODEL_RUNS'] ?? '5000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
})
const processes = Number(values.processes)
const runs = Math.ceil(Number(values.runs) / processes)

/** @param {number} seed */
async function part(seed) {
  const command = ['node_modules/vitest/vitest.mjs', 'run', 'test/model', '--testTimeout', '0']
  const settings = { MODEL_RUNS: String(runs), MODEL_SEED: String(seed), MODEL_COUNTS: 'yes' }
  // One thread for files, so that what is begun first ends first and a sequence can be repeated.
  const env = { ...process.env, ...settings, UV_THREADPOOL_SIZE: '1' }
  const child = spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  let output = ''
  child.stdout.on('data', (bytes) => {
    output += bytes
  })
  const [code] = await once(child, 'exit')
  return { seed, code, output }
}

const begin = performance.now()
const parts = await Promise.all(Array.from({ length: processes }, (_none, index) => part(Number(values.seed) + index)))
/** @type {Record<string, number>} */
const totals = {}
for (const { seed, code, output } of parts) {
  const counts = JSON.parse(output.match(/^\{.*"sequences".*\}$/m)?.[0] ?? '{}')
  for (const [what, count] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + count
  if (code === 0) continue
  process.exitCode = 1
  console.log(output)
  console.log(`Again: UV_THREADPOOL_SIZE=1 MODEL_SEED=${seed} MODEL_PATH=<path> npx vitest run test/model`)
}
for (const [what, count] of Object.entries(totals).sort()) console.log(`${String(count).padStart(9)}  ${what}`)
console.log(`seed ${values.seed}, ${processes} processes, ${Math.round((performance.now() - begin) / 1000)} s`)
