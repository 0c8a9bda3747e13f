// @ts-check
import { startChild, stopChildren } from './children.mjs'

/** @typedef {import('./children.mjs').Child} Child */
/** @typedef {ReturnType<typeof createCrew>} Crew */

/**
 * All programs the launcher started. HAProxy is ended last, so that nothing complains of its absence.
 * @param {(pid: number) => void} record is told of every process before anything else happens to it
 */
export function createCrew(record) {
  /** @type {Set<Child>} */
  const programs = new Set()
  /** @type {Set<Child>} */
  const sources = new Set()
  let stopping = false

  return {
    /**
     * @param {'program' | 'source'} role
     * @param {Parameters<typeof startChild>[0]} what
     * @returns {Promise<Child>}
     */
    async start(role, what) {
      if (stopping) throw new Error('the launcher is ending')
      const child = await startChild(what)
      record(child.pid)
      const members = role === 'program' ? programs : sources
      members.add(child)
      child.ended.then(() => members.delete(child))
      // Told to end while the child was starting.
      if (stopping) await stopChildren([child])
      return child
    },

    /**
     * Calls `onLost` when a child ends though nobody asked it to.
     * @param {Child} child
     * @param {(how: string) => void} onLost
     */
    guard(child, onLost) {
      child.ended.then((how) => {
        if (!stopping) onLost(how)
      })
    },

    async stop() {
      stopping = true
      await stopChildren([...programs])
      await stopChildren([...sources])
    },

    /** For a second Ctrl-C: waits for nothing. */
    kill() {
      for (const child of [...programs, ...sources]) child.kill('SIGKILL')
    },
  }
}
