/** What asks a worker for an aggregate instead of bytes. */
export const aggregateEncoding = { encoder: 'aggregate', options: {} } as const

/**
 * One snapshot merged for [http], as a worker hands it over: in memory that threads share, so that nothing is copied between them.
 * Everything but numbers is read by its version: what a reader knows of that version already it need not read again.
 */
export interface SharedAggregate extends AggregateMemory {
  /** The snapshot's name: seconds since the epoch. */
  readonly snapshot: number
  readonly rows: number
  /** Names of rows and their sources as JSON, which hardly ever change. */
  readonly layout: Section
  /** Where each text begins in `dictionary`; whole numbers of 32 bits. */
  readonly textStarts: Section
  readonly dictionary: Section
  /** Everything else, as V8 serializes it. */
  readonly head: Section
}

/** A part of `rest`; `version` is the same as long as it only grows. */
export interface Section {
  readonly version: string
  readonly start: number
  readonly length: number
}

/** Memory of an aggregate. It can be used for another one when nobody reads it any more. */
export interface AggregateMemory {
  /** Rows × columns of 64 bits. */
  readonly numbers: SharedArrayBuffer
  /** Rows × texts: numbers of texts, of 32 bits. */
  readonly texts: SharedArrayBuffer
  readonly rest: SharedArrayBuffer
}
