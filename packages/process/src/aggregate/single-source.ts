import type { SharedAggregate } from '../types/aggregate.ts'
import type { SourceResult, SourceWanted } from '../types/work.ts'
import { RowFinder } from './row-finder.ts'
import { AggregateWriter } from './shared-aggregate.ts'
import { statColumns } from './stat-columns.ts'
import { StatTables } from './stat-tables.ts'

/**
 * What is wanted of answers to `show stat`, each alone; `undefined` for one that cannot be read.
 *
 * @throws ANSWER_MALFORMED
 */
export function readSources(answers: readonly (Uint8Array | undefined)[], wanted: SourceWanted): SourceResult {
  const [first] = answers
  if (wanted.as === 'row') {
    const { pxname, svname } = wanted
    return { rows: answers.map((stat) => stat && new RowFinder(stat).find(pxname, svname)) }
  }
  if (first === undefined) return { failure: 'the file cannot be read' }
  return wanted.as === 'bytes' ? { bytes: first } : { aggregate: aggregateOfSource(first) }
}

function aggregateOfSource(stat: Uint8Array): SharedAggregate {
  const plain = { aggregateServers: false, serverStates: false, skip: new Set<never>(), serverLimit: 0 }
  const stats = new StatTables({ plan: undefined, columns: statColumns([stat], []) }, plain, () => undefined)
  stats.begin({ frontends: new Set(), backends: new Set() })
  stats.merge(stat, false)
  const merged = stats.finishRows()
  if (merged === undefined) throw new TypeError('all rows were asked for')
  const sources = [{ source: '', info: undefined, stopping: false, answered: true }]
  const head = { snapshot: 0, sources, info: new Map(), tables: [], pull: undefined }
  return new AggregateWriter().write({ ...head, merged }, undefined)
}
