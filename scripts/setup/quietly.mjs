// @ts-check
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ScriptError } from './script-error.mjs'

/** The top folder of the repository, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/**
 * Runs a command in the top folder, without input. What it prints is shown only when it fails.
 * @param {string} what completes the sentence "… failed"
 * @param {string} command
 * @param {string[]} args
 */
export function quietly(what, command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  })
  if (result.status === 0) return
  const output = [result.stdout, result.stderr].map((text) => (text ?? '').trimEnd()).filter((text) => text !== '')
  const end =
    result.error?.message ?? (result.signal === null ? `exit code ${result.status}` : `ended by ${result.signal}`)
  throw new ScriptError([...output, `${what} failed (${end}).`].join('\n'))
}
