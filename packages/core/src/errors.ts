/**
 * Every way an operation can fail, with what to do about it. `retry` says whether the same attempt may succeed later
 * with nobody's help; it is a property of the code, so nobody has to guess where the error is caught.
 */
export const errorCodes = {
  CONFIGURATION: { retry: false, summary: 'The configuration or the command line has a mistake.' },
  FILE_REFUSED: { retry: false, summary: 'A file is not a regular one, or is larger than it may be.' },
  SOURCE_CONNECT: { retry: true, summary: 'A source could not be connected to.' },
  SOURCE_TIMEOUT: { retry: true, summary: 'A source did not answer in time.' },
  SOURCE_REFUSED: { retry: false, summary: 'A source answered, but not as an HAProxy stats socket does.' },
  ANSWER_TRUNCATED: { retry: true, summary: 'A source closed before its answer was complete.' },
  ANSWER_TOO_LARGE: {
    retry: false,
    summary: 'An answer is larger than answer-limit, or a part of it than any HAProxy prints.',
  },
  ANSWER_MALFORMED: { retry: false, summary: 'An answer is not what HAProxy prints.' },
  SNAPSHOT_PUBLISH: { retry: true, summary: 'A snapshot could not be written, synced or renamed.' },
  SNAPSHOT_INVALID: { retry: false, summary: 'A snapshot in the queue cannot be turned into datapoints.' },
  QUEUE_BUSY: { retry: false, summary: 'Another program already consumes this queue.' },
  QUEUE_IO: { retry: true, summary: 'The queue directory could not be read or changed.' },
  DESTINATION: { retry: true, summary: 'A destination did not take a batch.' },
  WORKER: { retry: true, summary: 'A worker thread failed.' },
  NO_THREAD: { retry: true, summary: 'No worker thread could be started.' },
} as const

export type ErrorCode = keyof typeof errorCodes

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

  /** Whether the same attempt may succeed later. */
  get retry(): boolean {
    return errorCodes[this.code].retry
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
