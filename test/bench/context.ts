import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Load, Release, SizeName } from './data/sizes.ts'
import { makeSnapshot, type Snapshot } from './data/snapshots.ts'
import type { Cost } from './report/costs.ts'
import type { Result } from './report/result.ts'

/** How much is measured: seconds for a smoke test, minutes, or everything. */
export type Extent = 'quick' | 'default' | 'full'

/** What every measurement is given. */
export interface Context {
  readonly extent: Extent
  /** The directory of the packages that are measured. */
  readonly packages: string
  /** A temporary directory, removed when the benchmark ends. */
  readonly directory: string
  /** Where generated snapshots are. */
  readonly data: string
  /** Pairs of measurements, if there is time for so many. */
  readonly rounds: number
  /** Seconds after which one case begins no further round, so that a slow machine ends too. */
  readonly patience: number
  readonly report: (result: Result) => void
  /** Prints a line of progress. */
  readonly say: (text: string) => void
  /** Has something stopped at the end of the case, however the case ends; what was started last is stopped first. */
  readonly stopLater: (stop: () => Promise<unknown>) => void
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

/** Runs one case of a measurement, and stops everything that it started. */
export async function oneCase(context: Omit<Context, 'stopLater'>, run: (inner: Context) => Promise<void>) {
  const stops: (() => Promise<unknown>)[] = []
  try {
    await run({ ...context, stopLater: (stop) => stops.unshift(stop) })
  } finally {
    for (const stop of stops) await stop()
  }
}

export function snapshotFor(context: Context, size: SizeName, load: Load = 'busy', release: Release = '2.6'): Snapshot {
  context.say(`  ${size}, ${load}, columns of ${release}`)
  return makeSnapshot(context.data, size, load, release)
}

/** The snapshot of most measurements: large and busy, or medium with `--quick`. */
export const usualSnapshot = (context: Context): Snapshot =>
  snapshotFor(context, context.extent === 'quick' ? 'medium' : 'large')

/** A single pair is no spread. */
const leastRounds = 2

/** Numbers the rounds of one case from 1: as many as asked for, or as there is time for. */
export function* roundsOf({ rounds, patience }: Pick<Context, 'rounds' | 'patience'>): Generator<number> {
  const begin = performance.now()
  for (let round = 1; round <= rounds; round++) {
    if (round > leastRounds && performance.now() - begin > patience * 1000) return
    yield round
  }
}

type Contestants<Name extends string> = Readonly<Record<Name, () => Promise<Cost>>>

/**
 * Runs all contestants by turns, so that other load of the machine hits them alike, and returns the costs of each, round
 * by round. One turn before that warms them up.
 */
export async function takeTurns<Name extends string>(
  context: Context,
  contestants: Contestants<Name>,
): Promise<Record<Name, readonly Cost[]>> {
  const names = Object.keys(contestants) as Name[]
  const costs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Cost[]>
  for (const name of names) await contestants[name]()
  for (const _round of roundsOf(context)) {
    for (const name of names) costs[name].push(await contestants[name]())
  }
  return costs
}

let sites = 0

/** A directory with a queue for a program. */
export function makeSite(context: Context): string {
  const base = join(context.directory, `site${++sites}`)
  for (const name of ['incoming', 'incoming.tmp']) mkdirSync(join(base, name), { recursive: true, mode: 0o750 })
  return base
}
