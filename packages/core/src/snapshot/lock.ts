import { statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { reasonOf, StatsError } from '../errors.ts'

/** Held for as long as a program needs a directory for itself. */
export interface DirectoryLock {
  /** Gives it free; so does the end of the process, however it ends. */
  release(): void
}

/**
 * Makes sure that a directory is used by one process of a program: binds an abstract unix socket named after the
 * directory's device and inode. The kernel frees it with the process, even after `kill -9`, so nothing is ever stale, and
 * two paths to one directory are one lock. It holds within one network namespace; there are no abstract sockets but on
 * Linux.
 *
 * @param program haproxystats-pull, say; programs do not exclude each other.
 * @param option what names the directory in the configuration, for the message.
 * @throws QUEUE_BUSY when another process has it; QUEUE_IO when the directory is not there.
 */
export async function lockDirectory(program: string, directory: string, option?: string): Promise<DirectoryLock> {
  const { dev, ino } = statOf(directory)
  const server = createServer((socket) => socket.destroy())
  try {
    await listen(server, `\0${program}:${dev}:${ino}`)
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    const todo = `stop it, or give this one a directory of its own${option === undefined ? '' : ` with ${option}`}`
    const message = taken
      ? `another ${program} uses ${directory}; ${todo}`
      : `cannot lock ${directory}: ${reasonOf(error)}`
    throw new StatsError('QUEUE_BUSY', message, { directory }, error)
  }
  server.unref()
  return { release: () => void server.close() }
}

function statOf(directory: string): { dev: bigint; ino: bigint } {
  try {
    return statSync(directory, { bigint: true })
  } catch (error) {
    throw new StatsError('QUEUE_IO', `cannot use ${directory}: ${reasonOf(error)}`, { directory }, error)
  }
}

function listen(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(name, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
