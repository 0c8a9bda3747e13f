import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type Configuration,
  type Diagnostic,
  inspectDirectory,
  makeDirectories,
  replaceFile,
  StatsError,
  syncDirectory,
} from '@haproxystats/core'
import type { Batch, Output } from '../../types/output.ts'
import { linesEncoding } from '../format/paths.ts'

export type LocalStoreOptions = Pick<NonNullable<Configuration['local-store']>, 'dir'>

/** One file of lines for every snapshot, `<dir>/<timestamp>/stats`: to look at, and to feed to Graphite by hand. */
export const localStore: Output<LocalStoreOptions> = {
  name: 'local-store',
  toAdd: '[local-store]',
  instances: ({ 'local-store': options }) => (options === undefined ? [] : [{ name: 'local-store', options }]),
  encoding: (configuration) => linesEncoding(configuration),
  queue: () => ({
    retry: { retries: 3, interval: 1, backoff: 2, delay: 10 },
    prefetchDatapoints: 1_000_000,
    maxSendDatapoints: 1,
    replay: 0,
    maxRate: 0,
  }),
  open: ({ dir }) => ({
    send: async (batches, signal) => {
      for (const batch of batches) await unlessAborted(() => store(dir, batch, signal), dir, signal)
    },
    close: async () => undefined,
  }),
  // While starting it is a destination that is down, and the others are served.
  check: async ({ 'local-store': options }, starting) =>
    starting || options === undefined ? [] : directoryProblems(options.dir),
}

async function directoryProblems(path: string): Promise<Diagnostic[]> {
  const found = await inspectDirectory({ section: 'local-store', option: 'dir', path })
  if (!('error' in found)) return []
  const parent = await stat(dirname(path)).catch(() => undefined)
  return parent === undefined ? [] : [found.error]
}

/** Gives up waiting at an abort: a file system that hangs would otherwise keep the program from stopping. */
async function unlessAborted(work: () => Promise<void>, dir: string, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new StatsError('DESTINATION', `${dir}: stopped before it was done`))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
  })
  try {
    await Promise.race(signal.aborted ? [aborted] : [aborted, work()])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/**
 * Written and synced under another name, then renamed: a reader of `stats` never sees half, and a power cut after the
 * snapshot has left the queue does not lose it.
 */
async function store(dir: string, { snapshot, bytes }: Batch, signal: AbortSignal): Promise<void> {
  const path = join(dir, snapshot, 'stats')
  try {
    await makeDirectories(join(dir, snapshot))
    const temporary = join(dir, snapshot, '.stats.unfinished')
    await replaceFile(path, bytes, { sync: true, temporary, reuse: true, signal })
    await syncDirectory(dir)
  } catch (error) {
    throw new StatsError('DESTINATION', `cannot write ${path}: ${(error as Error).message}`, {}, error)
  }
}
