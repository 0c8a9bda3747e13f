import type { Spread } from './ratios.ts'

/** One line of the report. */
export interface Result {
  /** Unique: `process/large-busy-2.6`. */
  readonly name: string
  /** What is compared between runs: how many times a yardstick of the same run. */
  readonly ratios: Readonly<Record<string, Spread>>
  /** For scale only: seconds, MB, datapoints a second, as their names say. */
  readonly figures: Readonly<Record<string, number>>
}
