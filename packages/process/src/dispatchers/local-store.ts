import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Configuration, directoryMode, fileMode, StatsError } from '@haproxystats/core'
import type { Batch, Dispatcher } from '../types/dispatcher.ts'
import { linesEncoding } from './paths.ts'

export type LocalStoreOptions = NonNullable<Configuration['local-store']>

/** One file of lines for every snapshot, `<dir>/<timestamp>/stats`: to look at, and to feed to Graphite by hand. */
export const localStore: Dispatcher<LocalStoreOptions> = {
  name: 'local-store',
  summary: 'A file of datapoints for every snapshot, in the format of Graphite.',
  settings: (configuration) => configuration['local-store'],
  encoding: (configuration) => linesEncoding(configuration),
  retry: () => ({ retries: 3, interval: 1, backoff: 2, delay: 10 }),
  window: () => 1_000_000,
  together: 1,
  open: ({ dir }) => ({
    send: async (batches) => {
      for (const batch of batches) await store(dir, batch)
    },
    close: async () => undefined,
  }),
}

/** Written and synced under another name, then renamed: a reader of `stats` never sees half. */
async function store(dir: string, { snapshot, bytes }: Batch): Promise<void> {
  const directory = join(dir, snapshot)
  const unfinished = join(directory, '.stats.unfinished')
  try {
    await mkdir(directory, { recursive: true, mode: directoryMode })
    const file = await open(unfinished, 'w', fileMode)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, join(directory, 'stats'))
  } catch (error) {
    throw new StatsError(
      'DESTINATION',
      `cannot write ${join(directory, 'stats')}: ${(error as Error).message}`,
      {},
      error,
    )
  }
}
