import type { OutputQueue } from './output-queue.ts'

/** So many are dropped after one reading of the queue at most: new snapshots are not to wait for it. */
const mostAtOnce = 1000

/** A part of the queue that stays free, so that haproxystats-pull has room for what comes between two readings of it. */
const spare = 1 / 50

/**
 * How many snapshots may wait for one output. In a queue of `queueSize` there is room for them, for the one that is new, and
 * for a few more; a queue of one or two has only room for one.
 */
export function roomIn(queueSize: number): number {
  return Math.max(1, queueSize - 1 - Math.ceil(queueSize * spare))
}

/**
 * Drops what is too much: for every lane what its own limit does not allow, then, while more than the queue has room for
 * wait, for the lane with the longest backlog. Lanes of different policies may each be within their limits with different
 * snapshots. A lane that is not behind has nothing that is expendable or is never the longest.
 */
export async function dropExcess(
  lanes: readonly OutputQueue[],
  waiting: () => number,
  { queueSize, dropped }: { queueSize: number; dropped: (lane: OutputQueue, snapshot: string) => Promise<void> },
): Promise<void> {
  let left = mostAtOnce
  const drop = async (lane: OutputQueue): Promise<boolean> => {
    const snapshot = lane.pending.expendable
    if (snapshot === undefined || left-- === 0) return false
    lane.lose(snapshot)
    await dropped(lane, snapshot)
    return true
  }
  for (const lane of lanes) {
    if (!lane.pending.isOverfull) lane.pending.endTolerance()
    while (lane.pending.isOverfull && (await drop(lane)));
  }
  while (waiting() > Math.max(2, queueSize - 1)) {
    const behind = lanes.filter(({ pending }) => pending.expendable !== undefined)
    const [longest] = behind.sort((one, other) => other.pending.size - one.pending.size)
    if (longest === undefined || !(await drop(longest))) return
  }
}
