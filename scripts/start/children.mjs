// @ts-check
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** @typedef {ReturnType<typeof createChildren>} Children */
/** @typedef {{ name: string, pid: number, ended: Promise<string>, lastLines: string[] }} Child `ended` with "exit code 1" */
/** @typedef {{ name: string, command: string, args: string[], logFile: string, onLine?: (line: string) => void }} Program */

const stopSeconds = 5
const keptLines = 12

/** The processes that the launcher starts. The kernel ends them when the launcher is killed. */
export function createChildren() {
  /** @type {import('node:child_process').ChildProcess[]} in the order of their start */
  const running = []
  let stopping = false

  return {
    /**
     * Starts a program; every line of its output goes to its log file and to `onLine`. It gets a session of its own: Ctrl-C
     * in the terminal reaches only the launcher, which ends its children in order.
     * @param {Program} program
     * @returns {Promise<Child>}
     */
    async start({ name, command, args, logFile, onLine }) {
      if (stopping) throw new Error('the launcher is stopping')
      const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      running.push(child)
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
      const log = createWriteStream(logFile, { flags: 'a', mode: 0o640 })
      /** @type {string[]} */
      const lastLines = []
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
          log.write(`${line}\n`)
          if (lastLines.push(line) > keptLines) lastLines.shift()
          onLine?.(line)
        })
      }
      /** @type {Promise<string>} */
      const ended = new Promise((resolve) => {
        child.once('close', (code, signal) => {
          log.end()
          resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`)
        })
      })
      return { name, pid: child.pid ?? 0, ended, lastLines }
    },

    /**
     * Calls `onLost` when a child ends before `stop`.
     * @param {Child} child
     * @param {(how: string) => void} onLost
     */
    guard(child, onLost) {
      child.ended.then((how) => {
        if (!stopping) onLost(how)
      })
    },

    /** Ends the latest first: nothing was started before what it needs. SIGTERM, some seconds, SIGKILL. */
    async stop() {
      stopping = true
      for (const child of running.reverse()) {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue
        child.kill('SIGTERM')
        const late = setTimeout(() => child.kill('SIGKILL'), stopSeconds * 1000)
        await new Promise((resolve) => child.once('exit', resolve))
        clearTimeout(late)
      }
    },

    kill() {
      for (const child of running) child.kill('SIGKILL')
    },
  }
}
