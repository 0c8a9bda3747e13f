import { performance } from 'node:perf_hooks'
import type { Configuration } from '@haproxystats/core'
import type { PullReport } from '@haproxystats/core/snapshot'
import { missingSources } from '../read/incomplete.ts'
import { ReadMemory, readSnapshot, type SourceFiles, type StatFile } from '../read/read-snapshot.ts'
import { statWithoutAverages } from '../read/startup-grace.ts'
import { type Table, type TableKind, tableKinds } from '../types/table.ts'
import { isDelivered, withoutAdditions } from './additions.ts'
import { backendMetrics } from './backend-metrics.ts'
import { daemonTables, isStopping } from './daemon-tables.ts'
import { ownTable } from './own-metrics.ts'
import { objectKinds, type Plan, planOf, wantsAll } from './plan.ts'
import { type Graced, gracedProcesses, naming, processOf } from './processes.ts'
import { type SkippedServers, skippableServers } from './server-selection.ts'
import { type Excluded, type StatSettings, StatTables, type StatTablesResult } from './stat-tables.ts'
import { type UnknownField, unknownFields } from './unknown-fields.ts'

/** All tables of one snapshot, in the order in which they are sent. Valid until the next snapshot. */
export interface Tables {
  readonly tables: readonly Table[]
  /** HAProxy processes whose answers the snapshot holds. */
  readonly processes: number
  /** The sources that did not answer, and why; absent when all have. */
  readonly incomplete: string | undefined
}

/** Told of what a person should know, each thing once. */
export interface PipelineEvents {
  /** Two names look the same in metric paths: `altered` has got a hash. */
  readonly collision: (kept: string, altered: string) => void
  /** Nobody knows how to merge a field, so it is summed. */
  readonly unknownField: (name: string) => void
  /** Something that is no number stands where numbers of a field do, so its datapoints are left out where that is so. */
  readonly brokenField: (name: string) => void
}

/**
 * What turns snapshot directories into tables: read, parse, merge, derive. One for each worker; keeps what it learns of
 * names.
 */
export class Pipeline {
  readonly #settings: Configuration['process']
  readonly #events: PipelineEvents
  readonly #plan: Plan
  readonly #told = new Set<string>()
  readonly #toldBroken = new Set<string>()
  readonly #memory = new ReadMemory()
  #unknown = ''
  #stats: StatTables

  constructor(settings: Configuration['process'], events: PipelineEvents) {
    this.#settings = settings
    this.#events = events
    this.#plan = planOf(settings)
    this.#stats = this.#statTables([])
  }

  /**
   * @param path the snapshot's directory.
   * @param accounts own metrics that only the main thread knows.
   * @throws SNAPSHOT_INVALID or ANSWER_MALFORMED, naming the file, when it is not what haproxystats-pull writes.
   */
  run(path: string, excluded: Excluded, accounts: Readonly<Record<string, number>> = {}): Tables {
    const begin = performance.now()
    let pull: PullReport | undefined
    const found = readSnapshot(path, this.#memory, (manifest) => {
      pull = manifest.pull
    })
    const { sources: files, additions: all } = withoutAdditions(found)
    const additions = all.filter(({ source }) => isDelivered(source, pull))
    const read = performance.now()
    const { processes, young } = gracedProcesses(files.flatMap(processOf), this.#settings['startup-grace'])
    const daemon = daemonTables(processes, this.#plan.daemon, {
      carried: additions.flatMap(processOf).map(({ info }) => info),
      percentages: this.#settings['calculate-percentages'],
      perProcess: this.#settings['per-process-metrics'],
      onBroken: (field) => this.#tellBroken(field),
    })
    const parsed = performance.now()
    const { reading, ...merged } = this.#mergeStats(files, additions, { graced: { processes, young }, excluded })
    for (const field of merged.brokenFields) this.#tellBroken(field)
    const stats = pull?.leftOut?.some((word) => word !== 'listeners') ? withoutServerCounts(merged) : merged
    const tables = [...daemon, ...stats.tables]
    const end = performance.now()
    const missing = files.filter(({ stat }) => stat === undefined).length
    const making = {
      seconds: {
        haproxy: (parsed - read) / 1000,
        ...this.#shares((end - parsed - reading) / 1000),
        all: (end - read - reading) / 1000,
        total: (end - begin) / 1000,
      },
      datapoints: countDatapoints(tables),
      processes: files.length - missing,
      processesWithInfo: processes.length,
      processesFailed: missing + failedSources(pull),
      serversSkipped: this.#settings['skip-servers'] === undefined ? Number.NaN : stats.skipped,
      serversDropped: this.#settings['server-limit'] === 0 ? Number.NaN : stats.dropped,
    }
    const own = ownTable({ ...making, pull }, accounts)
    return { tables: [...tables, own], processes: files.length, incomplete: missingSources(pull) }
  }

  /** `reading`: milliseconds spent on reading the files. */
  #mergeStats(
    files: readonly SourceFiles[],
    additions: readonly SourceFiles[],
    { graced: { processes, young }, excluded }: { graced: Graced; excluded: Excluded },
  ): StatTablesResult & { readonly reading: number } {
    this.#adaptTo(files)
    this.#stats.begin(excluded)
    let reading = 0
    const read = (stat: StatFile) => {
      const begin = performance.now()
      const whole = stat.read()
      reading += performance.now() - begin
      return whole
    }
    for (const { source, stat } of files) {
      if (stat === undefined) continue
      const whole = read(stat)
      const info = processes.find((process) => process.source === source)?.info
      const stopping = info !== undefined && isStopping(info)
      const bytes = young.has(source) ? statWithoutAverages(whole) : whole
      naming(`${source}_stat`, () => this.#stats.merge(bytes, stopping))
    }
    for (const { source, stat } of additions) {
      if (stat === undefined) continue
      const bytes = read(stat)
      naming(`${source}_stat`, () => this.#stats.add(bytes))
    }
    return { ...this.#stats.finish(), reading }
  }

  #tellBroken(field: string): void {
    if (this.#toldBroken.has(field)) return
    this.#toldBroken.add(field)
    this.#events.brokenField(field)
  }

  /** With `all`, fields that no table knows get columns too; they change only with the release of HAProxy. */
  #adaptTo(files: readonly SourceFiles[]): void {
    if (!objectKinds.some((kind) => wantsAll(this.#settings, kind))) return
    const fields = unknownFields(files)
    const signature = JSON.stringify(fields)
    if (signature === this.#unknown) return
    this.#unknown = signature
    this.#stats = this.#statTables(fields)
    for (const { column, learnt } of fields) {
      if (learnt || this.#told.has(column.field)) continue
      this.#told.add(column.field)
      this.#events.unknownField(column.field)
    }
  }

  #statTables(unknown: readonly UnknownField[]): StatTables {
    const columns = unknown.map(({ column }) => column)
    const extended = objectKinds.map((kind) => {
      return [kind, wantsAll(this.#settings, kind) ? [...this.#plan[kind], ...columns] : this.#plan[kind]]
    })
    const plan: Plan = { ...this.#plan, ...Object.fromEntries(extended) }
    return new StatTables(plan, statSettings(this.#settings), this.#events.collision)
  }

  /** One pass over `show stat` serves all kinds: its time is shared out by rows. */
  #shares(seconds: number): { frontends: number; backends: number; servers: number } {
    const { frontend, backend, server } = this.#stats.rows
    const each = seconds / Math.max(1, frontend + backend + server)
    return { frontends: frontend * each, backends: backend * each, servers: server * each }
  }
}

/** Servers that HAProxy was asked to leave out cannot be counted. */
function withoutServerCounts({ tables, ...result }: StatTablesResult): StatTablesResult {
  const computed = new Set(backendMetrics(true).map(({ name }) => name))
  for (const { kind, fields, values } of tables) {
    if (kind !== 'backend') continue
    for (let index = 0; index < values.length; index++) {
      if (computed.has(fields[index % fields.length] as string)) values[index] = Number.NaN
    }
  }
  return { tables, ...result }
}

/** Sources of which there is no file. */
function failedSources(pull: PullReport | undefined): number {
  return pull?.sources.filter(({ result }) => result === 'failed').length ?? 0
}

function statSettings(settings: Configuration['process']): StatSettings {
  const words: readonly string[] = settings['skip-servers'] ?? []
  return {
    aggregateServers: settings['aggr-server-metrics'],
    serverStates: settings['server-state-metrics'],
    skip: new Set<SkippedServers>(skippableServers.filter((word) => words.includes(word))),
    serverLimit: settings['server-limit'],
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
