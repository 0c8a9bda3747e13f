import { readStatus, type StatusFields } from '@haproxystats/core'
import { type PullOutcome, type PullState, pullOutcomes } from './pull-state.ts'

/** Reads the status file of haproxystats-pull now and then: what was counted since the last time is what came of the last pull. */
export class PullStateReader {
  readonly #path: string
  #counts: ReadonlyMap<PullOutcome, number> | undefined
  #outcome: PullOutcome | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** `undefined` without a status file that can be read. */
  async read(): Promise<PullState | undefined> {
    const status = await readStatus(this.#path)
    if (status === undefined) return undefined
    const { lastTick, lastPublished } = status
    const { slot, time } = (lastTick ?? {}) as { slot?: unknown; time?: unknown }
    const counts = countsOf(status)
    const before = this.#counts
    if (before !== undefined)
      this.#outcome = [...counts.keys()].find((what) => grew(what, before, counts)) ?? this.#outcome
    if (slot !== undefined && slot === lastPublished) this.#outcome = 'published'
    this.#counts = counts
    return { lastTick: typeof time === 'string' ? time : undefined, outcome: this.#outcome }
  }
}

function grew(what: PullOutcome, before: ReadonlyMap<PullOutcome, number>, now: ReadonlyMap<PullOutcome, number>) {
  return (now.get(what) ?? 0) > (before.get(what) ?? 0)
}

function countsOf(status: StatusFields): Map<PullOutcome, number> {
  const skipped = (status['skipped'] ?? {}) as StatusFields
  return new Map([
    ...pullOutcomes.counted.map((what) => [what, Number(status[what] ?? 0)] as const),
    ...pullOutcomes.skipped.map((what) => [what, Number(skipped[what] ?? 0)] as const),
  ])
}
