import type { Configuration } from '@haproxystats/core'
import { workerData } from 'piscina'
import type { Work, WorkResult } from '../types/work.ts'
import { createSnapshotEncoder } from './snapshot-encoder.ts'

/** What the main thread gives every worker when it starts. */
export interface WorkerSettings {
  readonly settings: Configuration['process']
}

const { settings } = workerData as WorkerSettings
const encode = createSnapshotEncoder(settings)

/** One snapshot, from its directory to the bytes for its destinations; without one, only that the worker is alive. */
export default function work(task: Work | undefined): WorkResult | 'alive' {
  return task === undefined ? 'alive' : encode(task)
}
