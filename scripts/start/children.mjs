// @ts-check
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * A program that the launcher started.
 * @typedef {object} Child
 * @property {string} name
 * @property {number} pid
 * @property {Promise<string>} ended resolves when it has ended, with how, as "exit code 1"
 * @property {() => string[]} lastLines its latest output, a few lines
 * @property {(signal: NodeJS.Signals) => void} kill
 */

const stopSeconds = 5
const keptLines = 12

/**
 * Starts a program; every line of its output goes to its log file and to `onLine`. It gets a session of its own: a
 * Ctrl-C in the terminal reaches only the launcher, which then ends its children in order.
 * @param {object} what
 * @param {string} what.name
 * @param {string} what.command
 * @param {string[]} what.args
 * @param {string} what.logFile
 * @param {(line: string) => void} [what.onLine]
 * @returns {Promise<Child>}
 */
export async function startChild({ name, command, args, logFile, onLine }) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o640 })
  /** @type {string[]} */
  const latest = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      log.write(`${line}\n`)
      if (latest.push(line) > keptLines) latest.shift()
      onLine?.(line)
    })
  }
  const ended = new Promise((/** @type {(how: string) => void} */ resolve) => {
    child.once('close', (code, signal) => {
      log.end()
      resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`)
    })
  })
  return { name, pid: child.pid ?? 0, ended, lastLines: () => [...latest], kill: (signal) => void child.kill(signal) }
}

/**
 * Ends children: SIGTERM, some seconds, SIGKILL. Resolves when all have ended.
 * @param {readonly Child[]} children
 */
export async function stopChildren(children) {
  const all = Promise.all(children.map((child) => child.ended))
  for (const child of children) child.kill('SIGTERM')
  const over = new AbortController()
  const late = delay(stopSeconds * 1000, 'late', { signal: over.signal }).catch(() => 'over')
  if ((await Promise.race([all, late])) === 'late') for (const child of children) child.kill('SIGKILL')
  await all
  over.abort()
}
