import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Load, Release, SizeName } from '../data/sizes.ts'
import { makeSnapshot, type Snapshot } from '../data/snapshots.ts'
import type { Result } from '../report/result.ts'

/** How much is measured: seconds for a smoke test, minutes, or everything. */
export type Extent = 'quick' | 'default' | 'full'

/** What every measurement is given. */
export interface Context {
  readonly extent: Extent
  /** The directory of the packages that are measured. */
  readonly packages: string
  /** A directory for everything, gone when the benchmark ends. */
  readonly directory: string
  /** Where generated snapshots are. */
  readonly data: string
  /** Pairs of measurements, if there is time for so many. */
  readonly rounds: number
  /** Seconds after which one case has had enough rounds, so that a slow machine ends too. */
  readonly patience: number
  readonly report: (result: Result) => void
  /** A line for who watches. */
  readonly say: (text: string) => void
}

/** A measurement of the suite. */
export interface Measurement {
  readonly name: string
  readonly summary: string
  /** Also with `--quick`. */
  readonly quick?: true
  /** Only with `--only`. */
  readonly onRequest?: true
  run(context: Context): Promise<void>
}

export function snapshotFor(context: Context, size: SizeName, load: Load, release: Release = '2.6'): Snapshot {
  context.say(`  ${size}, ${load}, columns of ${release}`)
  return makeSnapshot(context.data, size, load, release)
}

/** Fewer pairs tell nothing. */
const leastRounds = 2

/** Numbers the rounds of one case from 1: as many as wanted, or as there is time for. */
export function* roundsOf(
  { rounds, patience }: Pick<Context, 'rounds' | 'patience'>,
  clock = () => performance.now() / 1000,
): Generator<number> {
  const begin = clock()
  for (let round = 1; round <= rounds; round++) {
    if (round > leastRounds && clock() - begin > patience) return
    yield round
  }
}

let sites = 0

/** A directory with a queue for a program. */
export function makeSite(context: Context): string {
  const base = join(context.directory, `site${++sites}`)
  for (const name of ['incoming', 'incoming.tmp']) mkdirSync(join(base, name), { recursive: true, mode: 0o750 })
  return base
}
