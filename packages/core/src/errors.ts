/** Every way in which an operation can fail. */
export type ErrorCode =
  | 'CONFIGURATION' // The configuration or the command line has a mistake.
  | 'FILE_REFUSED' // A file is not a regular one, or is larger than it may be.
  | 'SOURCE_CONNECT' // A source could not be connected to.
  | 'SOURCE_TIMEOUT' // A source did not answer in time.
  | 'SOURCE_REFUSED' // A source answered, but not as an HAProxy stats socket does.
  | 'ANSWER_TRUNCATED' // A source closed before its answer was complete.
  | 'ANSWER_TOO_LARGE' // An answer is larger than answer-limit, or a part of it than any HAProxy prints.
  | 'ANSWER_MALFORMED' // An answer is not what HAProxy prints.
  | 'SNAPSHOT_PUBLISH' // A snapshot could not be written, synced or renamed.
  | 'SNAPSHOT_INVALID' // A snapshot in the queue cannot be turned into datapoints.
  | 'QUEUE_BUSY' // Another program already consumes this queue.
  | 'QUEUE_IO' // The queue directory could not be read or changed.
  | 'DESTINATION' // A destination did not take a batch.
  | 'WORKER' // A worker thread failed.
  | 'NO_THREAD' // No worker thread could be started.

/** The one error class. `details` holds facts for the log, never secrets; `cause` the error underneath. */
export class StatsError extends Error {
  override readonly name = 'StatsError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}

/** What an unknown thrown value says, in one line. Errors of the system keep their code (`ECONNREFUSED`). */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error as NodeJS.ErrnoException).code
  const message = error.message || code || error.name
  return code !== undefined && !(error instanceof StatsError) && !message.includes(code)
    ? `${code}: ${message}`
    : message
}

/** What to do about errors of a disk, for people. */
const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full, by bytes or by inodes (df, df -i)',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only; has it failed? (dmesg)',
  EIO: 'the disk fails (dmesg)',
}

/** What to do about an error that is the disk's, not the program's or its configuration's; undefined for others. */
export function diskHint(error: unknown): string | undefined {
  return hints[(error as NodeJS.ErrnoException | null)?.code ?? '']
}
