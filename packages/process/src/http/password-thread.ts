import { fileURLToPath } from 'node:url'
import { ThreadPool } from '../threads/thread-pool.ts'
import type { Compare } from './server/password-queue.ts'

const workerFile = fileURLToPath(new URL('./server/compare-passwords.js', import.meta.url))

/** Compares passwords, one at a time, in a thread of its own, which ends when nobody has asked for a while. */
export function passwordThread(): { readonly compare: Compare; readonly close: () => Promise<void> } {
  const pool = new ThreadPool<readonly [password: string, hash: string], boolean>({
    file: workerFile,
    most: 1,
    idleTime: 30,
    startTime: 30,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  })
  return { compare: (password, hash) => pool.run([password, hash]), close: () => pool.close() }
}
