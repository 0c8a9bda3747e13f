import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Compare } from './server/comparisons.ts'

const workerFile = fileURLToPath(new URL('./server/compare-passwords.js', import.meta.url))

/** Compares passwords in a thread of its own, which ends when nobody has asked for a while. */
export function passwordThread(): { readonly compare: Compare; readonly close: () => Promise<void> } {
  const pool = new Piscina<readonly [password: string, hash: string], boolean>({
    filename: workerFile,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 30_000,
    concurrentTasksPerWorker: 1,
    atomics: 'disabled',
    execArgv: [],
    recordTiming: false,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  })
  // Errors of the thread reach us with their task; without a listener those of an idle one would end the thread of [http].
  pool.on('error', () => undefined)
  return { compare: (password, hash) => pool.run([password, hash]), close: () => pool.destroy() }
}
