import type { Logger } from '@haproxystats/core'
import { type FSWatcher, watch } from 'chokidar'

/** How often the queue is read without an event, in seconds: events get lost, and there may be no watch at all. */
const rescanInterval = 2

/**
 * After the first event, those of so many milliseconds count as one: reading a queue of thousands for each of them would be
 * most of the work.
 */
const coalescence = 50

/** A watch that goes on until it is closed. */
export interface Watch {
  close(): Promise<void>
}

/**
 * Calls `onChange` when something happens in `directory`, and every two seconds in any case. Events only wake: what
 * there is, the caller reads from the directory itself. The entries are none of the watcher's business, and while there is
 * a `backlog` nothing is watched: chokidar looks at every entry after each event, which for 3,000 snapshots that leave
 * one by one took most of a core.
 */
export function watchQueue(directory: string, log: Logger, onChange: () => void, backlog: () => boolean): Watch {
  let soon: NodeJS.Timeout | undefined
  let warned = false
  let watcher: FSWatcher | undefined
  let again = false
  const wake = () => {
    again = soon !== undefined
    if (again) return
    soon = setTimeout(() => {
      soon = undefined
      if (again) wake()
    }, coalescence)
    onChange()
  }
  const begin = () => {
    const begun = watch(directory, { depth: 0, ignoreInitial: true, ignored: (path) => path !== directory })
    begun.on('raw', wake)
    begun.on('error', (error) => {
      if (warned) return
      warned = true
      log.warn({ err: error }, `cannot watch ${directory}; it is read every ${rescanInterval} s instead`)
    })
    return begun
  }
  const timer = setInterval(() => {
    if (!backlog()) watcher ??= begin()
    else {
      void watcher?.close()
      watcher = undefined
    }
    onChange()
  }, rescanInterval * 1000)
  watcher = begin()
  return {
    close: async () => {
      clearInterval(timer)
      clearTimeout(soon)
      await watcher?.close()
    },
  }
}
