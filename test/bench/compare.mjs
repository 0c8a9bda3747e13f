#!/usr/bin/env node
// Builds two commits in temporary worktrees and runs them by turns: node test/bench/compare.mjs <commit> <commit>
// [options of the benchmark]. Figures of the second are relative to the first.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const [before, after, ...options] = process.argv.slice(2)
if (before === undefined || after === undefined || `${before}${after}`.includes('--')) {
  console.error('usage: npm run bench:compare -- <commit> <commit> [--quick | --full] [--rounds <n>] [--json <file>]')
  process.exit(2)
}

const commits = [before, after].map(resolved)
const directory = mkdtempSync(join(tmpdir(), 'haproxystats-compare-'))
process.on('exit', cleanUp)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

const [one, other] = commits.map(build)
run(root, process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'test/bench/tsconfig.json')
const names = commits.map((commit) => commit.slice(0, 9))
if (names[0] === names[1]) names[1] += ' again'
const comparison = ['--packages', one, '--compare', other, '--names', names.join(',')]
run(root, process.execPath, 'test/bench/dist/bench/main.js', ...comparison, ...options)

/** The id of a commit. */
function resolved(name) {
  const { stdout, status } = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) {
    console.error(`bench:compare: found "${name}", expected a commit; git log --oneline lists them`)
    process.exit(2)
  }
  return stdout.trim()
}

/** The built packages of a commit, in a worktree of its own. */
function build(commit, index) {
  const worktree = join(directory, String(index))
  console.error(`building ${commit.slice(0, 9)}`)
  run(root, 'git', 'worktree', 'add', '--quiet', '--detach', worktree, commit)
  run(worktree, 'npm', 'run', '--silent', 'build')
  return join(worktree, 'packages')
}

function run(cwd, command, ...rest) {
  const { status } = spawnSync(command, rest, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function cleanUp() {
  rmSync(directory, { recursive: true, force: true })
  spawnSync('git', ['worktree', 'prune'], { cwd: root })
}
