// What a worker thread runs: one snapshot after the other, from its directory to the bytes for its destinations.
import { parentPort, workerData } from 'node:worker_threads'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'
import { createSnapshotEncoder } from './snapshot-encoder.ts'

const { settings } = workerData as WorkerSettings
const encode = createSnapshotEncoder(settings)
const answer = (message: FromWorker) => parentPort?.postMessage(message)

// What is thrown here ends the thread, and the main thread hears of it.
parentPort?.on('message', (message: ToWorker) => {
  answer(message.kind === 'ping' ? { kind: 'alive' } : { kind: 'done', result: encode(message.work) })
})
answer({ kind: 'ready' })
