import { cellText, refuseRepeatedRows, scanHeader, scanRows, textUpToComma } from '@haproxystats/haproxy/read'
import type { Table } from '../types/table.ts'
import { Accumulator, type Column } from './accumulator.ts'
import { columnsOfAddition } from './additions.ts'
import { AggregatedServers } from './aggregated-servers.ts'
import { backendMetrics, countServers } from './backend-metrics.ts'
import { type KnownRow, KnownRows, nowhere, type Place } from './known-rows.ts'
import { forgetAfter, Names, type OnCollision, type ProxyName, type ServerName } from './names.ts'
import type { ObjectKind, Plan } from './plan.ts'
import { type RowSource, rowSource } from './row-source.ts'
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

type ObjectsName = ProxyName | ServerName

const kindOfType: ReadonlyMap<string, ObjectKind> = new Map([
  ['0', 'frontend'],
  ['1', 'backend'],
  ['2', 'server'],
])

type Sources = Readonly<Record<ObjectKind | 'none', RowSource>>

/** Merges the rows of `show stat` of many processes into tables. Lives as long as its worker and keeps what it knows of names. */
export class StatTables {
  readonly #plan: Plan
  readonly #settings: StatSettings
  readonly #onCollision: OnCollision
  readonly #tables: Readonly<Record<ObjectKind, Accumulator>>
  readonly #aggregated: AggregatedServers | undefined
  readonly #states: ServerStates | undefined
  readonly #known = new KnownRows<ObjectKind, ObjectsName>(kindOfType, (kind, pxname, svname) => {
    return this.#place(kind, pxname, svname)
  })
  #rows = noRows()
  /** The rows of the snapshot whose names were kept apart last. */
  #separated = noRows()
  #names: Names
  #excluded: Excluded | undefined
  #snapshot = 0

  constructor(plan: Plan, settings: StatSettings, onCollision: OnCollision) {
    const computed = backendMetrics(settings.serverStates).map(({ name }) => computedColumn(name))
    this.#plan = { ...plan, backend: [...plan.backend, ...computed] }
    this.#settings = settings
    this.#onCollision = onCollision
    this.#names = new Names(onCollision)
    this.#states = settings.serverStates || settings.skip.size > 0 ? new ServerStates() : undefined
    this.#aggregated = settings.aggregateServers ? new AggregatedServers(plan.server, onCollision) : undefined
    this.#tables = {
      frontend: new Accumulator(this.#plan.frontend),
      backend: new Accumulator(this.#plan.backend),
      server: new Accumulator(this.#plan.server),
    }
  }

  /** Begins the next snapshot. Names that come and go are forgotten when they are many times those of a snapshot. */
  begin(excluded: Excluded): void {
    const { frontend, backend, server } = this.rows
    const worthwhile = Math.max(forgetAfter, 4 * (frontend + backend + server))
    const full = Math.max(this.#names.size, this.#known.size) > worthwhile
    if (excluded !== this.#excluded || full) this.#forget()
    this.#excluded = excluded
    this.#snapshot++
    this.#rows = noRows()
    this.#states?.clear()
    this.#aggregated?.begin()
    for (const table of Object.values(this.#tables)) table.clear()
  }

  /** Merges one process's answer. @throws ANSWER_MALFORMED */
  merge(bytes: Uint8Array, stopping: boolean): void {
    this.#merge(bytes, { stopping, columnsOf: (columns) => columns })
  }

  /** Merges counters that are no process's answer, of rows that are there. @throws ANSWER_MALFORMED */
  add(bytes: Uint8Array): void {
    this.#merge(bytes, { stopping: true, columnsOf: columnsOfAddition })
  }

  #merge(
    bytes: Uint8Array,
    { stopping, columnsOf }: { stopping: boolean; columnsOf: (columns: readonly Column[]) => readonly Column[] },
  ): void {
    const { header, rows } = scanHeader(bytes)
    const source = (plan: readonly Column[], status: boolean) =>
      rowSource(bytes, header, columnsOf(plan), { stopping, status })
    const sources: Sources = {
      frontend: source(this.#plan.frontend, false),
      backend: source(this.#plan.backend, false),
      server: source(this.#plan.server, this.#states !== undefined),
      none: source([], false),
    }
    this.#known.rewind()
    scanRows(
      bytes,
      header,
      rows,
      (row, offsets) => this.#mergeRow(row, offsets, sources),
      (position) => this.#mergeQuickly(bytes, position, sources),
    )
    if (this.#known.repeated.size > 0) refuseRepeatedRows(bytes, { header, rows }, this.#known.repeated)
  }

  /** A row that was expected and holds plain numbers; the position behind it, -1 for any other. */
  #mergeQuickly(bytes: Uint8Array, position: number, sources: Sources): number {
    const known = this.#known.expected(bytes, position)
    if (known === undefined) return -1
    const source = sources[known.kind ?? 'none']
    const { quick } = source
    const end = quick.read(position + known.length)
    if (end < 0 || quick.values[source.typeSlot] !== known.type) return -1
    this.#known.advance(known)
    if (known.kind === undefined) return end
    if (known.snapshot !== this.#snapshot) this.#addRow(known)
    this.#tables[known.kind].mergeNumbers(known.row, quick.values, source)
    if (known.kind !== 'server') return end
    if (this.#states !== undefined && source.positions.status >= 0) {
      const hadSessions = source.sessionsSlot >= 0 && quick.values[source.sessionsSlot] !== 0
      this.#states.merge(known.row, textUpToComma(bytes, quick.marks[0] as number), hadSessions, source.stopping)
    }
    if (known.aggregate !== undefined) {
      this.#aggregated?.mergeNumbers(known.aggregate, known.row, quick.values, source)
    }
    return end
  }

  #mergeRow(row: Uint8Array, offsets: Int32Array, sources: Sources): void {
    const known = this.#known.recognise(row, offsets, sources.none.positions.type)
    if (known.kind === undefined) return
    if (known.snapshot !== this.#snapshot) this.#addRow(known)
    const source = sources[known.kind]
    const { positions } = source
    this.#tables[known.kind].merge(known.row, row, offsets, source)
    if (known.kind !== 'server') return
    if (this.#states !== undefined && positions.status >= 0) {
      const hadSessions = positions.sessions >= 0 && cellText(row, offsets, positions.sessions) !== '0'
      this.#states.merge(known.row, cellText(row, offsets, positions.status), hadSessions, source.stopping)
    }
    if (known.aggregate !== undefined) this.#aggregated?.merge(known.aggregate, known.row, row, offsets, source)
  }

  /** How many objects of each kind there are. */
  get rows(): Readonly<Record<ObjectKind, number>> {
    const { frontend, backend, server } = this.#tables
    return { frontend: frontend.rows, backend: backend.rows, server: server.rows }
  }

  /** The tables of the snapshot, valid until the next one begins. */
  finish(): StatTablesResult {
    const { frontend, backend, server } = this.#rows
    this.#separateNames()
    const { skip, serverLimit, serverStates } = this.#settings
    const selection = selectServers(server.length, this.#states, { skip, limit: serverLimit })
    const counted = serverStates ? this.#states : undefined
    countServers(this.#rows, this.#tables.backend, selection, counted)
    const tables = [
      tableOf('frontend', this.#tables.frontend, frontend),
      tableOf('backend', this.#tables.backend, backend),
    ]
    if (selection.dropped === 0) {
      tables.push(selection.keep(tableOf('server', this.#tables.server, server)))
      if (this.#aggregated !== undefined) tables.push(this.#aggregated.finish(selection.kept))
    }
    const brokenFields = new Set(Object.values(this.#tables).flatMap((table) => [...table.brokenFields]))
    return { tables, skipped: selection.skipped, dropped: selection.dropped, brokenFields }
  }

  /** Nothing to do for the objects of the last snapshot, which are those of the next as a rule. */
  #separateNames(): void {
    const { frontend, backend, server } = this.#rows
    const before = this.#separated
    this.#separated = this.#rows
    if (isSame(frontend, before.frontend) && isSame(backend, before.backend) && isSame(server, before.server)) return
    this.#names.separateProxies('frontend', frontend)
    this.#names.separateProxies('backend', [...new Set([...backend, ...server.map(({ proxy }) => proxy)])])
    this.#names.separateServers(server)
  }

  #forget(): void {
    this.#separated = noRows()
    this.#known.forget()
    this.#aggregated?.forget()
    this.#names = new Names(this.#onCollision)
  }

  #place(kind: ObjectKind | undefined, pxname: string, svname: string): Place<ObjectKind, ObjectsName> {
    const excluded = kind === 'frontend' ? this.#excluded?.frontends : this.#excluded?.backends
    if (kind === undefined || excluded?.has(pxname)) return nowhere
    if (kind === 'frontend') return { ...nowhere, kind, name: this.#names.frontend(pxname) }
    if (kind === 'backend') return { ...nowhere, kind, name: this.#names.backend(pxname) }
    return { kind, name: this.#names.server(pxname, svname), aggregate: this.#aggregated?.of(svname) }
  }

  #addRow(known: KnownRow<ObjectKind, ObjectsName>): void {
    const kind = known.kind as ObjectKind
    known.snapshot = this.#snapshot
    known.row = this.#tables[kind].addRow()
    ;(this.#rows[kind] as ObjectsName[]).push(known.name as ObjectsName)
  }
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index])
}

function noRows(): { frontend: ProxyName[]; backend: ProxyName[]; server: ServerName[] } {
  return { frontend: [], backend: [], server: [] }
}

function computedColumn(field: string): Column {
  return { field, merge: 'sum', emptyIsZero: false, counter: false }
}
