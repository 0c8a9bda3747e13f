// @ts-check
// Runs the tests on releases of Node.js: npm run test:nodes [-- [--bounded] 20 22 …]. Each comes from npm's package node,
// which brings the program itself. After a build.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './setup/quietly.mjs'
import { report, ScriptError } from './setup/script-error.mjs'

/** The releases that are promised, the oldest first; 20 is the floor of package.json itself. */
const releases = { 20: '20.19', 22: '22', 24: '24', 26: '26' }

/**
 * What shows most in little time: all that opens files and sockets or starts threads, the command line, and everything
 * once end to end. What only computes does the same on every release.
 */
const bounded = [
  'packages/core/',
  'packages/haproxy/src/ask/',
  'packages/pull/',
  ...['delivery', 'dispatchers', 'queue', 'workers'].map((room) => `packages/process/src/${room}/`),
  'test/cli.test.ts',
  'test/end-to-end.test.ts',
]

/** How long the tests of one release may take, in milliseconds. */
const longest = 600_000

/** @param {readonly string[]} args */
function readArguments(args) {
  const known = Object.keys(releases)
  const chosen = args.filter((word) => word !== '--bounded')
  const unknown = chosen.find((word) => !known.includes(word))
  if (unknown !== undefined) {
    throw new ScriptError(`test:nodes: found "${unknown}", expected --bounded and any of ${known.join(', ')}`, 2)
  }
  return { chosen: chosen.length > 0 ? chosen : known, paths: args.includes('--bounded') ? bounded : [] }
}

/**
 * Runs a command with this release of Node.js before all others in PATH, so that what the tests start runs on it too.
 * @param {string} release
 * @param {readonly string[]} command
 */
function runOn(release, command) {
  const { status } = spawnSync('npm', ['exec', '--yes', `--package=node@${release}`, '--', ...command], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: longest,
    killSignal: 'SIGTERM',
  })
  return status === 0
}

try {
  const { chosen, paths } = readArguments(process.argv.slice(2))
  const failed = chosen.filter((name) => {
    const release = releases[/** @type {keyof typeof releases} */ (/** @type {unknown} */ (name))]
    console.log(`test:nodes: Node ${release}`)
    const vitest = ['node', join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...paths]
    return !(runOn(release, ['node', '--version']) && runOn(release, vitest))
  })
  if (failed.length > 0) throw new ScriptError(`test:nodes: failed on Node ${failed.join(', ')}`)
  console.log(`test:nodes: passed on Node ${chosen.join(', ')}`)
} catch (error) {
  report(error)
}
