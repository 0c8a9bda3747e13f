// What a worker thread runs: one snapshot after the other, from its directory to the bytes for its destinations.
import { workerData } from 'node:worker_threads'
import type { Configuration } from '@haproxystats/core'
import type { SourceResult, SourceWork, Work, WorkResult } from '../types/work.ts'
import { readSourceFiles } from './read-sources.ts'
import { createSnapshotEncoder } from './snapshot-encoder.ts'

/** What every worker thread is given when it starts. */
export interface WorkerSettings {
  readonly settings: Configuration['process']
}

const { settings } = workerData as WorkerSettings
const encode = createSnapshotEncoder(settings)

/** One snapshot. What nobody has foreseen ends the thread, since what it knows may be wrong then; the main thread hears of it. */
export default function work(task: Work): WorkResult | Promise<never> {
  try {
    return encode(task)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
    return new Promise(() => undefined)
  }
}

/** Reads answers of single sources. */
export function sources(task: SourceWork): SourceResult {
  return readSourceFiles(task)
}

/** Tells that the thread works. */
export function alive(): void {}
