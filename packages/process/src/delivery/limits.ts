import type { OutputQueue } from './output-queue.ts'

/** A part of the queue that stays free, so that haproxystats-pull has room for what comes between two readings of it. */
const spare = 1 / 50

/**
 * How many snapshots may wait for one output. In a queue of `queueSize` there is room for them, for the one that is new, and
 * for a few more; a queue of one or two has only room for one.
 */
export function roomIn(queueSize: number): number {
  return Math.max(1, queueSize - 1 - Math.ceil(queueSize * spare))
}

/** A snapshot that one output loses. */
export interface Excess {
  readonly output: OutputQueue
  readonly snapshot: string
}

/**
 * What to drop next: for each output what its own limit does not allow; then, while more snapshots are `waiting` than the
 * queue has room for, of the output with the longest backlog. Outputs with different policies may each be within their limits
 * with different snapshots. An output that is not behind has nothing to drop, or is never the longest.
 */
export function findExcess(outputs: readonly OutputQueue[], waiting: number, queueSize: number): Excess | undefined {
  for (const output of outputs) {
    const snapshot = output.pending.findExcess()
    if (snapshot !== undefined) return { output, snapshot }
  }
  if (waiting <= Math.max(2, queueSize - 1)) return undefined
  const behind = outputs.flatMap((output) => {
    const snapshot = output.pending.findExpendable()
    return snapshot === undefined ? [] : [{ output, snapshot }]
  })
  return behind.sort((one, other) => other.output.pending.size - one.output.pending.size)[0]
}
