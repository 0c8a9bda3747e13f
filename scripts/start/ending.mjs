// @ts-check
import { Problem } from '../setup/problem.mjs'

/** The signals that end the launcher, with their numbers. */
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }

/** One Ctrl-C arrives twice under npm: from the terminal, and from npm, which passes it on. */
const sameSignalSeconds = 1

/** @typedef {ReturnType<typeof createEnding>} Ending */

/**
 * The one reason to end: a signal, the wanted number of snapshots, a closed output (all well), or a `Problem`.
 */
export function createEnding() {
  /** @type {(problem: Problem | undefined) => void} */
  let settle = () => {}
  /** @type {Promise<Problem | undefined>} */
  const reason = new Promise((resolve) => {
    settle = resolve
  })
  /** @type {() => void} */
  let atOnce = () => {}
  /** @type {number | undefined} */
  let first
  const listeners = Object.entries(signals).map(([name, number]) => {
    const listener = () => {
      first ??= performance.now()
      settle(undefined)
      if (performance.now() - first < sameSignalSeconds * 1000) return
      atOnce()
      process.exit(128 + number)
    }
    process.on(name, listener)
    return () => process.off(name, listener)
  })
  // Whoever read our lines has gone (npm start | head): nobody is there to be told.
  process.stdout.on('error', () => settle(undefined))

  return {
    reason,
    /** Ends with success. */
    done: () => settle(undefined),
    /** @param {string} message */
    fail: (message) => settle(new Problem(message)),
    /** @param {() => void} action what a second signal does before the launcher goes at once */
    onSecondSignal(action) {
      atOnce = action
    },
    dispose() {
      for (const off of listeners) off()
    },
  }
}
