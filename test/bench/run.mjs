#!/usr/bin/env node
// Compiles the benchmark and runs it: node test/bench/run.mjs [options]; --help lists the options.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const step = (file, ...rest) => {
  const { status } = spawnSync(process.execPath, [file, ...rest], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
step('node_modules/typescript/bin/tsc', '-p', 'test/bench/tsconfig.json')
step('test/bench/dist/bench/main.js', ...process.argv.slice(2))
