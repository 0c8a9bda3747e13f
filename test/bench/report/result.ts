import type { Spread } from './costs.ts'

/** One line of the report. */
export interface Result {
  /** Unique: `process/large-busy-2.6`. */
  readonly name: string
  /** How many times a reference of the same run; only these are comparable between runs. */
  readonly ratios: Readonly<Record<string, Spread>>
  /** For scale: seconds, MB, datapoints a second, as their names say. */
  readonly figures: Readonly<Record<string, number>>
}
