/** What may come of a pull, by the names of its counts in the status file of haproxystats-pull; skips are in an object there. */
export const pullOutcomes = {
  counted: ['published', 'failed'],
  skipped: ['queue-full', 'no-source', 'taken', 'behind', 'missed'],
} as const
export type PullOutcome = (typeof pullOutcomes)['counted' | 'skipped'][number]

/** How haproxystats-pull is doing, for those who look at what it pulls. */
export interface PullState {
  /** When it last began to pull, ISO. */
  readonly lastTick: string | undefined
  /** What came of its last pull, as far as can be told. */
  readonly outcome: PullOutcome | undefined
}
