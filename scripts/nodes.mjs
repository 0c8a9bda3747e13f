// @ts-check
// Runs the tests on releases of Node.js: npm run test:nodes [-- [--bounded] 20 22 …]. Each comes from npm's package node,
// which brings the program itself. After a build.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runTests, testEachRelease, vitest } from './each-release.mjs'
import { root } from './setup/quietly.mjs'
import { ScriptError } from './setup/script-error.mjs'

/** The supported releases, the oldest first; 20 is the oldest of package.json itself. @type {Record<string, string>} */
const releases = { 20: '20.19', 22: '22', 24: '24', 26: '26' }

/**
 * What shows most in little time: all that opens files and sockets or starts threads, the command line, and everything
 * once end to end. Computing does the same on every release.
 */
const bounded = [
  'packages/core',
  'packages/haproxy/src/query',
  'packages/pull',
  'packages/process/src/delivery',
  'packages/process/src/outputs',
  'packages/process/src/queue',
  'packages/process/src/workers',
  'test/cli.test.ts',
  'test/end-to-end.test.ts',
]

testEachRelease({
  command: 'test:nodes',
  program: 'Node',
  known: Object.keys(releases),
  testOn(name, isBounded) {
    const paths = isBounded ? bounded : []
    const missing = paths.find((path) => !existsSync(join(root, path)))
    if (missing !== undefined) throw new ScriptError(`test:nodes: there is no ${missing}, which --bounded should run`)
    console.log(`test:nodes: Node ${releases[name]}`)
    // Before all others in PATH, so that programs that the tests start run on it, too.
    const on = ['exec', '--yes', `--package=node@${releases[name]}`, '--', 'node']
    return runTests('npm', [...on, '--version']) && runTests('npm', [...on, vitest, 'run', ...paths])
  },
})
