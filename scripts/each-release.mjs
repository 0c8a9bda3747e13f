// @ts-check
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './setup/quietly.mjs'
import { report, ScriptError } from './setup/script-error.mjs'

/** How long the tests of one release may take, in milliseconds. */
const longest = 600_000

export const vitest = join(root, 'node_modules/vitest/vitest.mjs')

/**
 * Runs a command in the top folder with its output shown. Returns whether it succeeded in time.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function runTests(command, args, env = process.env) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: longest,
    killSignal: 'SIGTERM',
  })
  return status === 0
}

/**
 * Runs tests on each release that the command line names, on all that are known when it names none. With `--bounded` only
 * those that show most in little time.
 * @param {object} what
 * @param {string} what.command as a person calls it
 * @param {string} what.program that has the releases
 * @param {readonly string[]} what.known
 * @param {boolean} [what.paths] whether the path of a program stands for a release, too
 * @param {(release: string, isBounded: boolean) => boolean} what.testOn whether the tests passed
 */
export function testEachRelease({ command, program, known, paths = false, testOn }) {
  try {
    const args = process.argv.slice(2)
    const named = args.filter((word) => word !== '--bounded')
    const unknown = named.find((word) => !known.includes(word) && !(paths && word.includes('/')))
    if (unknown !== undefined) {
      const expected = `--bounded, any of ${known.join(', ')}${paths ? ', or the path of a program' : ''}`
      throw new ScriptError(`${command}: found "${unknown}", expected ${expected}`, 2)
    }
    const chosen = named.length > 0 ? named : known
    const failed = chosen.filter((release) => !testOn(release, args.includes('--bounded')))
    if (failed.length > 0) throw new ScriptError(`${command}: failed on ${program} ${failed.join(', ')}`)
    console.log(`${command}: passed on ${program} ${chosen.join(', ')}`)
  } catch (error) {
    report(error)
  }
}
