import v8 from 'node:v8'
import { StatsError } from '@haproxystats/core/snapshot'

/** How many more bytes the tables of names may take at once for each name there is, when they grow: each doubles. */
const growth = 128

/**
 * Ends the work on a snapshot while there is still room for the tables of so many names to grow. V8 ends only the worker when small
 * things fill its memory, but the whole program when one large thing does not fit, and a table of names is one.
 *
 * @throws WORKER when there is too little memory.
 */
export function requireHeapRoom(names: number): void {
  const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics()
  if (used + growth * names <= limit) return
  throw new StatsError('WORKER', `${names} names are too many for the memory of this thread (worker-memory)`)
}
