import { spawnSync } from 'node:child_process'
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf, StatsError } from '../errors.ts'

/** Held for as long as a program needs a directory for itself. */
export interface DirectoryLock {
  /** Gives it free; so does the end of the process, however it ends. */
  release(): void
}

/** Anybody who may open the file could lock it. */
const lockMode = 0o600

/** Follows no link and waits on no FIFO. */
const lockFlags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** For the command `flock`, in milliseconds; it does not wait for the lock. */
const patience = 10_000

/**
 * Makes sure that a directory is used by one process of a program: takes the lock flock(2) of the file
 * `.<program>.lock` in it, which only our user may open. The kernel frees the lock with the process, even after `kill -9`,
 * so nothing is ever stale; it holds whatever path leads to the directory, and between containers that share it. The file
 * stays, and means nothing by itself.
 *
 * @param program haproxystats-pull, say; programs do not exclude each other.
 * @param option what names the directory in the configuration, for the message.
 * @throws QUEUE_BUSY when another process has it; QUEUE_IO when it cannot be locked.
 */
export function lockDirectory(program: string, directory: string, option?: string): DirectoryLock {
  const path = join(directory, `.${program}.lock`)
  const file = openLockFile(path, { program, directory })
  try {
    if (takeLock(file, directory)) return { release: () => closeSync(file) }
  } catch (error) {
    closeSync(file)
    throw error
  }
  closeSync(file)
  const todo = `stop it, or give this one a directory of its own${option === undefined ? '' : ` with ${option}`}`
  throw new StatsError('QUEUE_BUSY', `another ${program} uses ${directory}; ${todo}`, { directory })
}

function openLockFile(path: string, { program, directory }: { program: string; directory: string }): number {
  let file: number | undefined
  try {
    const owner = statSync(directory)
    file = openSync(path, lockFlags, lockMode)
    giveTo(owner, file)
    return file
  } catch (error) {
    if (file !== undefined) closeSync(file)
    const { code } = error as NodeJS.ErrnoException
    const foreign = error instanceof StatsError || ['EACCES', 'ELOOP', 'EISDIR', 'ENXIO'].includes(code ?? '')
    const todo = foreign ? `; if no ${program} uses the directory, remove it: rm ${path}` : ''
    throw new StatsError('QUEUE_IO', `cannot lock ${directory}: ${reasonOf(error)}${todo}`, { directory }, error)
  }
}

/** What root makes in a directory of another user belongs to that user, who could not lock it otherwise. */
function giveTo(owner: { uid: number; gid: number }, file: number): void {
  const us = process.geteuid?.()
  const stats = fstatSync(file)
  const kind = stats.isFile() ? undefined : 'is not a regular file'
  const wrong = kind ?? (stats.uid === us || stats.uid === owner.uid ? undefined : 'belongs to another user')
  if (wrong !== undefined) throw new StatsError('QUEUE_IO', `its lock file ${wrong} (uid ${stats.uid})`)
  if ((stats.mode & 0o777) !== lockMode) fchmodSync(file, lockMode)
  if (us === 0 && stats.uid !== owner.uid) fchownSync(file, owner.uid, owner.gid)
}

/**
 * Whether the lock is ours now. Node.js has no flock(2), so the command of that name (util-linux or busybox) locks the
 * descriptor it inherits: the lock belongs to the open file, which stays open here and, as Node.js closes every descriptor
 * in other children, only here.
 */
function takeLock(file: number, directory: string): boolean {
  const stdio = ['ignore', 'ignore', 'pipe', file] as const
  const { status, error, stderr, signal } = spawnSync('flock', ['-n', '3'], { stdio: [...stdio], timeout: patience })
  if (status === 0) return true
  const said = String(stderr ?? '').trim()
  if (status === 1 && said === '') return false
  const missing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
  const reason = missing
    ? 'there is no command flock in the PATH; install util-linux'
    : said || (error ? reasonOf(error) : `flock ended with ${signal ?? `exit code ${status}`}`)
  throw new StatsError('QUEUE_IO', `cannot lock ${directory}: ${reason}`, { directory }, error)
}
