import { performance } from 'node:perf_hooks'
import type { Configuration } from '@haproxystats/core'
import type { PullReport } from '@haproxystats/core/snapshot'
import { missingSources } from '../read/incomplete.ts'
import { ReadMemory, readSnapshot, type SourceFiles, type StatFile } from '../read/read-snapshot.ts'
import { statWithoutAverages } from '../read/startup-grace.ts'
import type { AggregateMemory, SharedAggregate } from '../types/aggregate.ts'
import { type Table, type TableKind, tableKinds } from '../types/table.ts'
import { isDelivered, withoutAdditions } from './additions.ts'
import { backendMetrics } from './backend-metrics.ts'
import { daemonTables, isStopping } from './daemon-tables.ts'
import { objectKinds } from './kinds.ts'
import { infoColumns, mergeInfo, readableInfo } from './merge-info.ts'
import type { Excluded, StatSettings, StatTablesResult } from './object-tables.ts'
import { type Making, ownTable } from './own-metrics.ts'
import { type Plan, planOf, wantsAll } from './plan.ts'
import { type Graced, gracedProcesses, naming, processOf } from './processes.ts'
import { type SkippedServers, skippableServers } from './server-selection.ts'
import { AggregateWriter } from './shared-aggregate.ts'
import { type StatColumns, statColumns } from './stat-columns.ts'
import { StatTables } from './stat-tables.ts'
import { type UnknownField, unknownFields } from './unknown-fields.ts'

/** What the outputs want of a snapshot; what none wants is not made. */
export interface Outputs {
  /** Tables for Graphite and files. */
  readonly tables: boolean
  /** The aggregate for [http]. */
  readonly aggregate: boolean
}

/** What is made of a snapshot from. */
export interface Task {
  /** The snapshot's directory. */
  readonly path: string
  /** Its name: seconds since the epoch; only for an aggregate. */
  readonly snapshot?: number
  /** Nothing unless given. */
  readonly excluded?: Excluded
  /** Own metrics that only the main thread knows. */
  readonly accounts?: Readonly<Record<string, number>>
  /** Tables unless given. */
  readonly outputs?: Outputs
  /** What an aggregate may be written into. */
  readonly memory?: AggregateMemory
}

const nothing: Excluded = { frontends: new Set(), backends: new Set() }
const onlyTables: Outputs = { tables: true, aggregate: false }

/** What was made of one snapshot. */
export interface Made {
  /** In the order in which they are sent. Valid until the next snapshot. */
  readonly tables: readonly Table[]
  readonly aggregate: SharedAggregate | undefined
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

/** The files of a snapshot. */
interface Found {
  readonly sources: readonly SourceFiles[]
  readonly additions: readonly SourceFiles[]
  readonly pull: PullReport | undefined
  readonly graced: Graced
}

/**
 * What turns snapshot directories into tables and aggregates: read, parse, merge, derive. One for each worker; keeps what it learns
 * of names.
 */
export class Pipeline {
  readonly #settings: Configuration['process']
  readonly #events: PipelineEvents
  readonly #plan: Plan
  readonly #reported = new Set<string>()
  readonly #reportedBroken = new Set<string>()
  readonly #memory = new ReadMemory()
  readonly #writer = new AggregateWriter()
  #outputs: Outputs = { tables: false, aggregate: false }
  #layout = ''
  #stats: StatTables | undefined

  constructor(settings: Configuration['process'], events: PipelineEvents) {
    this.#settings = settings
    this.#events = events
    this.#plan = planOf(settings)
  }

  /** @throws SNAPSHOT_INVALID or ANSWER_MALFORMED, naming the file, when it is not what haproxystats-pull writes. */
  run({ path, snapshot = 0, excluded = nothing, accounts = {}, outputs = onlyTables, memory }: Task): Made {
    const begin = performance.now()
    // What was wanted once is wanted again: names would have to be learnt anew.
    const { tables: forTables, aggregate: forHttp } = this.#outputs
    this.#outputs = { tables: forTables || outputs.tables, aggregate: forHttp || outputs.aggregate }
    let pull: PullReport | undefined
    const files = readSnapshot(path, this.#memory, (manifest) => {
      pull = manifest.pull
    })
    const { sources, additions } = withoutAdditions(files)
    const read = performance.now()
    const printed = sources.flatMap(processOf)
    const processes = outputs.aggregate ? printed.map((one) => ({ ...one, info: readableInfo(one.info) })) : printed
    const graced = gracedProcesses(processes, this.#settings['startup-grace'])
    const found: Found = { sources, additions, pull, graced }
    const daemon = outputs.tables ? this.#daemonTables(found) : []
    const parsed = performance.now()
    const stats = this.#adaptTo(found)
    stats.begin(excluded, outputs.aggregate ? memory : undefined)
    const { merged, reading } = this.#mergeStats(stats, found)
    for (const field of merged.brokenFields) this.#reportBroken(field)
    const tables = [...daemon, ...merged.tables]
    const end = performance.now()
    const missing = sources.filter(({ stat }) => stat === undefined).length
    const failed = pull?.sources.filter(({ result }) => result === 'failed').length ?? 0
    const counts = {
      processes: sources.length - missing,
      processesWithInfo: processes.length,
      processesFailed: missing + failed,
      pull,
    }
    const making: Making = {
      ...counts,
      seconds: {
        haproxy: (parsed - read) / 1000,
        ...shares((end - parsed - reading) / 1000, stats),
        all: (end - read - reading) / 1000,
        total: (end - begin) / 1000,
      },
      datapoints: countDatapoints(tables),
      serversSkipped: this.#settings['skip-servers'] === undefined ? Number.NaN : merged.skipped,
      serversDropped: this.#settings['server-limit'] === 0 ? Number.NaN : merged.dropped,
    }
    const rows = outputs.aggregate ? stats.finishRows() : undefined
    const aggregate =
      rows &&
      this.#writer.write(
        {
          snapshot,
          merged: rows,
          sources: sources.map(({ source, stat }) => {
            const info = processes.find((process) => process.source === source)?.info
            const stopping = info !== undefined && isStopping(info)
            return { source, info, stopping, answered: stat !== undefined }
          }),
          ...httpTables(found, counts),
          pull,
        },
        memory,
      )
    return {
      tables: outputs.tables ? [...tables, ownTable(making, accounts)] : [],
      aggregate,
      processes: sources.length,
      incomplete: missingSources(pull),
    }
  }

  #daemonTables({ additions, pull, graced }: Found): Table[] {
    return daemonTables(graced.processes, this.#plan.daemon, {
      carried: additions
        .filter(({ source }) => isDelivered(source, pull))
        .flatMap(processOf)
        .map(({ info }) => info),
      percentages: this.#settings['calculate-percentages'],
      perProcess: this.#settings['per-process-metrics'],
      onBroken: (field) => this.#reportBroken(field),
    })
  }

  /** `reading`: milliseconds spent on reading the files. */
  #mergeStats(
    stats: StatTables,
    { sources, additions, pull, graced: { processes, young } }: Found,
  ): { merged: StatTablesResult; reading: number } {
    let reading = 0
    const read = (stat: StatFile) => {
      const begin = performance.now()
      const whole = stat.read()
      reading += performance.now() - begin
      return whole
    }
    const add = ({ source, stat }: SourceFiles, delivered: boolean) => {
      if (stat !== undefined) naming(`${source}_stat`, () => stats.add(read(stat), delivered))
    }
    const answers = sources.map(({ source, stat }, index) => {
      const info = processes.find((process) => process.source === source)?.info
      return { source, stat, index, stopping: info !== undefined && isStopping(info) }
    })
    // Beside those that are not stopping, the others have a say in counters only.
    for (const { source, stat, index, stopping } of answers.sort((a, b) => Number(a.stopping) - Number(b.stopping))) {
      if (stat === undefined) continue
      const whole = read(stat)
      const bytes = young.has(source) ? statWithoutAverages(whole) : whole
      naming(`${source}_stat`, () => stats.merge(bytes, stopping, index))
    }
    const delivered = additions.filter(({ source }) => isDelivered(source, pull))
    for (const addition of delivered) add(addition, true)
    const result = stats.finish()
    if (this.#outputs.aggregate) {
      for (const addition of additions) if (!delivered.includes(addition)) add(addition, false)
    }
    const merged = pull?.leftOut?.some((word) => word !== 'listeners') ? withoutServerCounts(result) : result
    return { merged, reading }
  }

  #reportBroken(field: string): void {
    if (this.#reportedBroken.has(field)) return
    this.#reportedBroken.add(field)
    this.#events.brokenField(field)
  }

  /** What is merged changes only with the releases of HAProxy and with what is wanted. */
  #adaptTo({ sources }: Found): StatTables {
    const { tables, aggregate } = this.#outputs
    const unknown = objectKinds.some((kind) => wantsAll(this.#settings, kind)) ? unknownFields(sources) : []
    const heads = aggregate ? headsOf(sources) : []
    const layout = JSON.stringify([tables, aggregate, unknown, heads.map(({ layout: its }) => its)])
    if (this.#stats !== undefined && layout === this.#layout) return this.#stats
    const columns = aggregate ? columnsOf(heads) : undefined
    const plan = tables ? this.#extendedPlan(unknown) : undefined
    this.#stats = new StatTables({ plan, columns }, statSettings(this.#settings), this.#events.collision)
    this.#layout = layout
    for (const { column, learnt } of unknown) {
      if (learnt || this.#reported.has(column.field)) continue
      this.#reported.add(column.field)
      this.#events.unknownField(column.field)
    }
    return this.#stats
  }

  /** With `all`, fields that no table knows get columns too. */
  #extendedPlan(unknown: readonly UnknownField[]): Plan {
    const columns = unknown.map(({ column }) => column)
    const extended = objectKinds.map((kind) => {
      return [kind, wantsAll(this.#settings, kind) ? [...this.#plan[kind], ...columns] : this.#plan[kind]]
    })
    return { ...this.#plan, ...Object.fromEntries(extended) }
  }
}

/** The beginning of an answer, and what decides which columns there are. */
interface Head {
  readonly source: string
  readonly bytes: Uint8Array
  readonly typed: Uint8Array | undefined
  readonly layout: string
}

function headsOf(sources: readonly SourceFiles[]): Head[] {
  const found = new Map<string, Head>()
  for (const { source, stat, typed } of sources) {
    if (stat === undefined) continue
    const bytes = stat.head()
    const line = latin1(bytes.subarray(0, Math.max(0, bytes.indexOf(0x0a))))
    const layout = typed === undefined ? line : `${line}\n${latin1(typed)}`
    if (!found.has(layout)) found.set(layout, { source, bytes, typed, layout })
  }
  return [...found.values()]
}

function columnsOf(heads: readonly Head[]): StatColumns {
  for (const { source, bytes } of heads) naming(`${source}_stat`, () => statColumns([bytes], []))
  return statColumns(
    heads.map(({ bytes }) => bytes),
    heads.flatMap(({ typed }) => typed ?? []),
  )
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** With all that is carried over, whatever Graphite gets. What the making of datapoints took is nothing to [http]. */
function httpTables({ additions, graced: { processes } }: Found, counts: Pick<Making, 'pull'> & Counts) {
  const carried = additions.flatMap(processOf).map(({ info }) => info)
  const infos = processes.map(({ info }) => info)
  const unknown = Number.NaN
  const times = ['haproxy', 'frontends', 'backends', 'servers', 'all', 'total'].map((name) => [name, unknown])
  const own = ownTable({
    ...counts,
    seconds: Object.fromEntries(times) as Making['seconds'],
    datapoints: Object.fromEntries(tableKinds.map((kind) => [kind, unknown])) as Record<TableKind, number>,
    serversSkipped: unknown,
    serversDropped: unknown,
  })
  const daemon = daemonTables(processes, infoColumns, { carried, percentages: true, perProcess: true })
  return { info: mergeInfo(infos, carried), tables: [...daemon, own] }
}

type Counts = Pick<Making, 'processes' | 'processesWithInfo' | 'processesFailed'>

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

function statSettings(settings: Configuration['process']): StatSettings {
  const words: readonly string[] = settings['skip-servers'] ?? []
  return {
    aggregateServers: settings['aggr-server-metrics'],
    serverStates: settings['server-state-metrics'],
    skip: new Set<SkippedServers>(skippableServers.filter((word) => words.includes(word))),
    serverLimit: settings['server-limit'],
  }
}

/** One pass over `show stat` serves all kinds: its time is shared out by rows. */
function shares(
  seconds: number,
  { rows: { frontend, backend, server } }: StatTables,
): { frontends: number; backends: number; servers: number } {
  const each = seconds / Math.max(1, frontend + backend + server)
  return { frontends: frontend * each, backends: backend * each, servers: server * each }
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
