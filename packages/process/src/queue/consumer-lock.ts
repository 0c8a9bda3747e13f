import { statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { StatsError } from '@haproxystats/core'

/** Held for as long as the queue is consumed. */
export interface ConsumerLock {
  release(): void
}

/**
 * Makes sure that one program consumes a queue: binds an abstract unix socket named after the directory's device and
 * inode. The kernel frees it however the program ends, so nothing is ever stale, and two paths to one directory are one
 * queue.
 *
 * @throws QUEUE_BUSY when another program has it; QUEUE_IO when the directory is not there.
 */
export async function lockQueue(directory: string): Promise<ConsumerLock> {
  const { dev, ino } = statOf(directory)
  const server = createServer((socket) => socket.destroy())
  await listen(server, `\0haproxystats-process:${dev}:${ino}`, directory)
  server.unref()
  return { release: () => void server.close() }
}

function statOf(directory: string): { dev: number; ino: number } {
  try {
    return statSync(directory)
  } catch (error) {
    throw new StatsError('QUEUE_IO', `cannot use the queue ${directory}: ${(error as Error).message}`, {}, error)
  }
}

function listen(server: Server, name: string, directory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message =
        error.code === 'EADDRINUSE'
          ? `another haproxystats-process consumes ${directory}; stop it, or give this one a queue of its own with src-dir`
          : `cannot lock the queue ${directory}: ${error.message}`
      reject(new StatsError('QUEUE_BUSY', message, {}, error))
    })
    server.listen(name, resolve)
  })
}
