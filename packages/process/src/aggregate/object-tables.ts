import type { ObjectName, Table } from '../types/table.ts'
import { Accumulator } from './accumulator.ts'
import { AggregatedServers } from './aggregated-servers.ts'
import type { AllRows } from './all-rows.ts'
import { backendMetrics, countServers } from './backend-metrics.ts'
import { type Column, isSameMerge } from './column.ts'
import type { RowKind } from './kinds.ts'
import { type ObjectKind, objectKinds } from './kinds.ts'
import { type KnownRow, nowhere, type Place } from './known-rows.ts'
import { Names, type OnCollision, type ProxyName, type ServerName } from './names.ts'
import type { Plan } from './plan.ts'
import type { RowReader, Wanted } from './row-reader.ts'
import { type SkippedServers, selectServers } from './server-selection.ts'
import { ServerStates } from './server-states.ts'
import { tableOf } from './table-of.ts'

export interface StatSettings {
  /** Also merge servers of one name over all backends. */
  readonly aggregateServers: boolean
  /** Also count servers by state. */
  readonly serverStates: boolean
  /** Servers that are left out. */
  readonly skip: ReadonlySet<SkippedServers>
  /** With more servers than this, none is sent; 0 for no limit. */
  readonly serverLimit: number
}

/** Names of proxies, as HAProxy prints them (a byte a character), whose rows are left out. */
export interface Excluded {
  readonly frontends: ReadonlySet<string>
  readonly backends: ReadonlySet<string>
}

/** The tables of a snapshot, and how many servers were left out. */
export interface StatTablesResult {
  readonly tables: Table[]
  /** By `skip-servers`. */
  readonly skipped: number
  /** By `server-limit`. */
  readonly dropped: number
  /** The fields of which datapoints are left out because something stood in a cell that is no number. */
  readonly brokenFields: ReadonlySet<string>
}

/** The columns of one kind of objects: each is merged here, unless it is merged for all rows anyway. */
interface ObjectTable {
  readonly columns: readonly Column[]
  /** Where each is: its index here, or `~index` among those of all rows. */
  readonly places: Int32Array
  readonly accumulator: Accumulator
  /** The table's values, where they are put together from both. */
  values: Float64Array
  rows: KnownRow[]
}

/** The tables of frontends, backends and servers for Graphite and files. */
export class ObjectTables {
  readonly #settings: StatSettings
  readonly #onCollision: OnCollision
  readonly #all: AllRows | undefined
  readonly #tables: Readonly<Record<ObjectKind, ObjectTable>>
  readonly #serverColumns: readonly Column[]
  readonly #aggregated: AggregatedServers | undefined
  readonly #states: ServerStates | undefined
  #names: Names
  /** The rows of the snapshot whose names were kept apart last. */
  #separated: readonly (readonly KnownRow[])[] = []
  #excluded: Excluded | undefined

  constructor(plan: Plan, settings: StatSettings, onCollision: OnCollision, all: AllRows | undefined) {
    const computed = backendMetrics(settings.serverStates).map(({ name }) => computedColumn(name))
    this.#settings = settings
    this.#onCollision = onCollision
    this.#all = all
    this.#names = new Names(onCollision)
    this.#states = settings.serverStates || settings.skip.size > 0 ? new ServerStates() : undefined
    this.#serverColumns = plan.server
    this.#aggregated = settings.aggregateServers ? new AggregatedServers(plan.server, onCollision) : undefined
    this.#tables = {
      frontend: objectTable(plan.frontend, all),
      backend: objectTable([...plan.backend, ...computed], all),
      server: objectTable(plan.server, all),
    }
  }

  /** How many objects of each kind there are. */
  get rows(): Readonly<Record<ObjectKind, number>> {
    const { frontend, backend, server } = this.#tables
    return { frontend: frontend.rows.length, backend: backend.rows.length, server: server.rows.length }
  }

  /** How many names are known. */
  get size(): number {
    return this.#names.size
  }

  forget(): void {
    this.#separated = []
    this.#aggregated?.forget()
    this.#names = new Names(this.#onCollision)
  }

  begin(excluded: Excluded): void {
    this.#excluded = excluded
    this.#states?.clear()
    this.#aggregated?.begin()
    for (const table of Object.values(this.#tables)) {
      table.accumulator.clear()
      table.rows = []
    }
  }

  place(kind: RowKind | undefined, pxname: string, svname: string): Place {
    const excluded = kind === 'frontend' ? this.#excluded?.frontends : this.#excluded?.backends
    if (kind === undefined || kind === 'listener' || excluded?.has(pxname)) return nowhere
    if (kind === 'frontend') return { ...nowhere, kind, name: this.#names.frontend(pxname) }
    if (kind === 'backend') return { ...nowhere, kind, name: this.#names.backend(pxname) }
    return { kind, name: this.#names.server(pxname, svname), aggregate: this.#aggregated?.of(svname) }
  }

  /** What is read of the rows of a kind. */
  wanted(kind: RowKind | undefined): Omit<Wanted, 'all' | 'printed'> {
    if (kind === undefined || kind === 'listener') return { table: [], aggregated: [], status: false }
    const isServer = kind === 'server'
    return {
      table: this.#tables[kind].accumulator.columns,
      aggregated: isServer && this.#aggregated !== undefined ? this.#serverColumns : [],
      status: isServer && this.#states !== undefined,
    }
  }

  addRow(known: KnownRow): void {
    const table = this.#tables[known.kind as ObjectKind]
    known.tableRow = table.accumulator.addRow()
    table.rows.push(known)
  }

  /** Merges the row that was read last. */
  merge(known: KnownRow, reader: RowReader, stopping: boolean): void {
    const { tableRow, aggregate } = known
    const kind = known.kind as ObjectKind
    reader.mergeInto(this.#tables[kind].accumulator, tableRow, reader.table, stopping)
    if (kind !== 'server') return
    const status = this.#states && reader.status()
    if (status !== undefined) this.#states?.merge(tableRow, status, reader.hadSessions(), stopping)
    if (aggregate !== undefined) this.#aggregated?.merge(aggregate, tableRow, reader, stopping)
  }

  /** The tables of the snapshot, valid until the next one begins. */
  finish(): StatTablesResult {
    const { backend, server } = this.#tables
    this.#separateNames()
    const { skip, serverLimit, serverStates } = this.#settings
    const selection = selectServers(server.rows.length, this.#states, { skip, limit: serverLimit })
    const names = {
      backend: backend.rows.map(({ name }) => name as ProxyName),
      server: server.rows.map(({ name }) => name as ServerName),
    }
    countServers(names, backend.accumulator, selection, serverStates ? this.#states : undefined)
    const brokenFields = new Set<string>()
    const finished = (kind: ObjectKind) => this.#finishTable(kind, brokenFields)
    const tables = [finished('frontend'), finished('backend')]
    const servers = finished('server')
    if (selection.dropped === 0) {
      tables.push(selection.keep(servers))
      if (this.#aggregated !== undefined) tables.push(this.#aggregated.finish(selection.kept))
    }
    return { tables, skipped: selection.skipped, dropped: selection.dropped, brokenFields }
  }

  #finishTable(kind: ObjectKind, brokenFields: Set<string>): Table {
    const table = this.#tables[kind]
    const { accumulator, columns, rows } = table
    for (const field of accumulator.brokenFields) brokenFields.add(field)
    const objects = rows.map(({ name }) => name?.object as ObjectName)
    const own = tableOf(kind, accumulator, objects)
    const all = this.#all
    if (all === undefined) return own
    const width = columns.length
    if (table.values.length < rows.length * width) table.values = new Float64Array(2 * rows.length * width)
    const values = table.values.subarray(0, rows.length * width)
    const bigIntegers = new Map<number, bigint>()
    const ownWidth = own.fields.length
    columns.forEach(({ field, emptyIsZero }, column) => {
      const place = table.places[column] as number
      if (place < 0) {
        if (all.copyColumn(rows, { column: ~place, emptyIsZero }, { values, bigIntegers, column, width }))
          brokenFields.add(field)
        return
      }
      for (let row = 0; row < rows.length; row++) {
        values[row * width + column] = own.values[row * ownWidth + place] as number
        const whole = own.bigIntegers.size === 0 ? undefined : own.bigIntegers.get(row * ownWidth + place)
        if (whole !== undefined) bigIntegers.set(row * width + column, whole)
      }
    })
    return { kind, objects, fields: columns.map(({ field }) => field), values, bigIntegers }
  }

  /** Nothing to do for the objects of the last snapshot, which are those of the next as a rule. */
  #separateNames(): void {
    const rows = objectKinds.map((kind) => this.#tables[kind].rows)
    const before = this.#separated
    this.#separated = rows
    if (rows.every((some, index) => isSame(some, before[index] ?? []))) return
    const [frontends, backends, servers] = rows.map((some) => some.map(({ name }) => name)) as [
      ProxyName[],
      ProxyName[],
      ServerName[],
    ]
    this.#names.separateProxies('frontend', frontends)
    this.#names.separateProxies('backend', [...new Set([...backends, ...servers.map(({ proxy }) => proxy)])])
    this.#names.separateServers(servers)
  }
}

function objectTable(columns: readonly Column[], all: AllRows | undefined): ObjectTable {
  const own: Column[] = []
  const places = columns.map((column) => {
    const shared = all?.columns.merged.findIndex((candidate) => isSameMerge(candidate, column)) ?? -1
    return shared >= 0 ? ~shared : own.push(column) - 1
  })
  return {
    columns,
    places: Int32Array.from(places),
    accumulator: new Accumulator(own),
    values: new Float64Array(0),
    rows: [],
  }
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index])
}

function computedColumn(field: string): Column {
  return { field, merge: 'sum', emptyIsZero: false, counter: false }
}
