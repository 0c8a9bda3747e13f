import { performance } from 'node:perf_hooks'
import { type Configuration, StatsError } from '@haproxystats/core'
import { parseInfo } from '@haproxystats/haproxy'
import { type Table, type TableKind, tableKinds } from '../types/table.ts'
import { daemonTables, isStopping, type Process } from './daemon-tables.ts'
import type { OnCollision } from './names.ts'
import { ownTable } from './own-metrics.ts'
import { type Plan, planOf } from './plan.ts'
import { readSnapshot, type SourceFiles } from './read-snapshot.ts'
import { type Excluded, StatTables } from './stat-tables.ts'

/** All tables of one snapshot, in the order in which they are sent. Valid until the next snapshot. */
export interface Tables {
  readonly tables: readonly Table[]
  /** HAProxy processes whose answers the snapshot holds. */
  readonly processes: number
}

/** What turns snapshot directories into tables: read, parse, merge, derive. One for each worker; keeps what it learns of names. */
export class Pipeline {
  readonly #plan: Plan
  readonly #settings: Configuration['process']
  readonly #stats: StatTables

  constructor(settings: Configuration['process'], onCollision: OnCollision) {
    this.#plan = planOf(settings)
    this.#settings = settings
    this.#stats = new StatTables(this.#plan, { aggregateServers: settings['aggr-server-metrics'] }, onCollision)
  }

  /**
   * @param path the snapshot's directory.
   * @throws SNAPSHOT_INVALID or ANSWER_MALFORMED, naming the file, when it is not what haproxystats-pull writes.
   */
  run(path: string, excluded: Excluded): Tables {
    const begin = performance.now()
    const files = readSnapshot(path)
    const read = performance.now()
    const processes = files.flatMap(processOf)
    const daemon = daemonTables(processes, this.#plan.daemon, {
      percentages: this.#settings['calculate-percentages'],
      perProcess: this.#settings['per-process-metrics'],
    })
    const parsed = performance.now()
    const stats = this.#mergeStats(files, processes, excluded)
    const tables = [...daemon, ...stats]
    const end = performance.now()
    const own = ownTable({
      seconds: {
        haproxy: (parsed - read) / 1000,
        ...this.#shares((end - parsed) / 1000),
        all: (end - read) / 1000,
        total: (end - begin) / 1000,
      },
      datapoints: countDatapoints(tables),
    })
    return { tables: [...tables, own], processes: files.length }
  }

  #mergeStats(files: readonly SourceFiles[], processes: readonly Process[], excluded: Excluded): Table[] {
    this.#stats.begin(excluded)
    for (const { source, stat } of files) {
      if (stat === undefined) continue
      const info = processes.find((process) => process.source === source)?.info
      naming(`${source}_stat`, () => this.#stats.merge(stat, info !== undefined && isStopping(info)))
    }
    return this.#stats.finish()
  }

  /** One pass over `show stat` serves all kinds: its time is shared out by rows. */
  #shares(seconds: number): { frontends: number; backends: number; servers: number } {
    const { frontend, backend, server } = this.#stats.rows
    const each = seconds / Math.max(1, frontend + backend + server)
    return { frontends: frontend * each, backends: backend * each, servers: server * each }
  }
}

function processOf({ source, info }: SourceFiles): Process[] {
  if (info === undefined) return []
  return [{ source, info: naming(`${source}_info`, () => parseInfo(info)) }]
}

/** Says in which file a malformed answer is. */
function naming<T>(file: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    throw new StatsError(error.code, `${file} ${error.message}`, { ...error.details, file }, error)
  }
}

function countDatapoints(tables: readonly Table[]): Record<TableKind, number> {
  const counts = Object.fromEntries(tableKinds.map((kind) => [kind, 0])) as Record<TableKind, number>
  for (const { kind, values } of tables) {
    let count = 0
    for (let index = 0; index < values.length; index++) if (!Number.isNaN(values[index])) count++
    counts[kind] += count
  }
  return counts
}
