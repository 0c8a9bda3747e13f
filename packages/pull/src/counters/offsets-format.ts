import type { KnownProcess } from './known-process.ts'

/** Counts as text, with a comma between them and nothing for 0, in the order of the names. */
export type Written = string

export type WrittenObjects = readonly (readonly [key: string, counts: Written])[]

/** The first counts of an overlap, those of now, and 1 for `open`, 2 for `shown`. */
export type WrittenOverlap = readonly (readonly [key: string, first: Written, now: Written, state: number])[]

export interface WrittenOffsets {
  /** `seen` is null of objects that are there. */
  readonly objects: readonly (readonly [key: string, seen: number | null, counts: Written])[]
  /** Of `peakCounters`, by object and place. */
  readonly peaks?: readonly (readonly [key: string, place: string, counts: readonly number[]])[]
}

/** Which rows there are, and which counters each type of row has, by position in `names.stat`. */
export interface WrittenRows {
  readonly keys: readonly string[]
  readonly columns: readonly (readonly number[])[]
  /** Of each row: which of `columns`. */
  readonly types: readonly number[]
}

/**
 * The first line of the file. Behind it are: the offsets, the rows (each JSON), and the counters of each process (64-bit floats), so
 * that as much as possible is written as it was written before, or is in memory.
 */
export interface WrittenState {
  readonly names: Readonly<Record<'info' | 'stat' | 'peaks', readonly string[]>>
  readonly slot: number
  readonly info: Written
  readonly processes: readonly (Pick<KnownProcess, 'place' | 'pid' | 'started' | 'uptime' | 'seen' | 'replaced'> & {
    readonly info: Written
    /** Which of the rows. */
    readonly rows: number
    /** Counters beyond 2^53, by their place. */
    readonly big: readonly (readonly [place: number, count: string])[]
    readonly absent: WrittenObjects
    readonly overlap?: WrittenOverlap
  })[]
  /** Bytes of what follows. */
  readonly sizes: { readonly offsets: number; readonly rows: readonly number[]; readonly counters: readonly number[] }
}

/** The file of 1.0.0-alpha.1, which is one line: all of it stands where later ones have sizes. */
export interface AlphaState extends Omit<WrittenState, 'processes' | 'sizes'>, WrittenOffsets {
  readonly sizes?: undefined
  readonly processes: readonly (Omit<WrittenState['processes'][number], 'rows' | 'big' | 'overlap' | 'replaced'> & {
    readonly objects: WrittenObjects
    readonly twice?: WrittenOverlap
    readonly succeeded?: boolean
  })[]
}
