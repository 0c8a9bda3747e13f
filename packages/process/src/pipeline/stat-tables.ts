import { type StatHeader, scanHeader, scanRows } from '@haproxystats/haproxy'
import type { ObjectName, Table, TableKind } from '../types/table.ts'
import { Accumulator, type Column, type Source } from './accumulator.ts'
import { Names, type OnCollision, type ProxyName, type ServerName } from './names.ts'
import { type ObjectKind, objectKinds, type Plan } from './plan.ts'

export interface StatSettings {
  /** Also merge servers of one name over all backends. */
  readonly aggregateServers: boolean
}

/** Names of proxies, as HAProxy prints them (a byte a character), whose rows are left out. */
export interface Excluded {
  readonly frontends: ReadonlySet<string>
  readonly backends: ReadonlySet<string>
}

/** A row as it was last seen: where it belongs, and which row came next. */
interface Known {
  /** The bytes of `pxname,svname,` and the type. */
  readonly key: Uint8Array
  readonly kind: ObjectKind | undefined
  readonly name: ProxyName | ServerName | undefined
  readonly aggregate: Aggregate | undefined
  snapshot: number
  row: number
  next: Known | undefined
}

interface Aggregate {
  readonly name: string
  object: ObjectName
  snapshot: number
  row: number
}

const kindOfType: Readonly<Record<string, ObjectKind>> = { '0': 'frontend', '1': 'backend', '2': 'server' }

/** The derived metric of backends: how many servers each has. */
export const totalServers = 'TotalServers'

/**
 * Merges the rows of `show stat` of many processes into tables. Lives as long as its worker: names are turned into paths
 * once, and a row is recognised by comparing its bytes with those of the row that followed the one before it last time.
 */
export class StatTables {
  readonly #plan: Plan
  readonly #settings: StatSettings
  readonly #onCollision: OnCollision
  readonly #tables: Readonly<Record<ObjectKind | 'aggregate', Accumulator>>
  readonly #rowsOf: Record<ObjectKind, (ProxyName | ServerName)[]> = { frontend: [], backend: [], server: [] }
  readonly #first: Known = unknownRow(new Uint8Array(0))
  #known = new Map<string, Known>()
  #aggregates = new Map<string, Aggregate>()
  #aggregateRows: Aggregate[] = []
  #names: Names
  #excluded: Excluded | undefined
  #snapshot = 0

  constructor(plan: Plan, settings: StatSettings, onCollision: OnCollision) {
    this.#plan = { ...plan, backend: [...plan.backend, computedColumn(totalServers)] }
    this.#settings = settings
    this.#onCollision = onCollision
    this.#names = new Names(onCollision)
    this.#tables = {
      frontend: new Accumulator(this.#plan.frontend),
      backend: new Accumulator(this.#plan.backend),
      server: new Accumulator(this.#plan.server),
      aggregate: new Accumulator(this.#plan.server),
    }
  }

  /** Begins the next snapshot. */
  begin(excluded: Excluded): void {
    if (excluded !== this.#excluded || this.#names.full) this.#forget()
    this.#excluded = excluded
    this.#snapshot++
    this.#aggregateRows = []
    for (const kind of objectKinds) this.#rowsOf[kind] = []
    for (const table of Object.values(this.#tables)) table.clear()
  }

  /** Merges one process's answer. @throws ANSWER_MALFORMED */
  merge(bytes: Uint8Array, stopping: boolean): void {
    const { header, rows } = scanHeader(bytes)
    const sources = {
      frontend: sourceOf(header, this.#plan.frontend, stopping),
      backend: sourceOf(header, this.#plan.backend, stopping),
      server: sourceOf(header, this.#plan.server, stopping),
    }
    const type = header.position.get('type') as number
    let previous = this.#first
    scanRows(bytes, header, rows, (row, offsets) => {
      const next = previous.next
      const known = next !== undefined && isKnown(next, row, offsets, type) ? next : this.#lookUp(row, offsets, type)
      previous.next = known
      previous = known
      if (known.kind === undefined) return
      if (known.snapshot !== this.#snapshot) this.#addRow(known)
      this.#tables[known.kind].merge(known.row, row, offsets, sources[known.kind])
      if (known.aggregate !== undefined) this.#mergeAggregate(known.aggregate, row, offsets, sources.server)
    })
  }

  /** How many objects of each kind there are. */
  get rows(): Readonly<Record<ObjectKind, number>> {
    const { frontend, backend, server } = this.#tables
    return { frontend: frontend.rows, backend: backend.rows, server: server.rows }
  }

  /** The tables of the snapshot, valid until the next one begins. */
  finish(): Table[] {
    const { frontend, backend, server } = this.#rowsOf
    this.#names.separateProxies('frontend', frontend as ProxyName[])
    const backends = new Set([...(backend as ProxyName[]), ...(server as ServerName[]).map(({ proxy }) => proxy)])
    this.#names.separateProxies('backend', [...backends])
    this.#names.separateServers(server as ServerName[])
    this.#countServers()
    const tables = objectKinds.map((kind) =>
      tableOf(
        kind,
        this.#tables[kind],
        this.#rowsOf[kind].map(({ object }) => object),
      ),
    )
    if (this.#settings.aggregateServers) {
      tables.push(tableOf('aggregated-server', this.#tables.aggregate, this.#aggregateObjects()))
    }
    return tables
  }

  #forget(): void {
    this.#known = new Map()
    this.#aggregates = new Map()
    this.#names = new Names(this.#onCollision)
    this.#first.next = undefined
  }

  #lookUp(row: Uint8Array, offsets: Int32Array, type: number): Known {
    const key = keyOf(row, offsets, type)
    const pxname = textOf(row, offsets, 0)
    const svname = textOf(row, offsets, 1)
    const typeText = textOf(row, offsets, type)
    const identity = `${pxname}\0${svname}\0${typeText}`
    const before = this.#known.get(identity)
    if (before !== undefined) return before
    const known = { ...unknownRow(key), ...this.#place(kindOfType[typeText], pxname, svname) }
    this.#known.set(identity, known)
    return known
  }

  #place(kind: ObjectKind | undefined, pxname: string, svname: string): Pick<Known, 'kind' | 'name' | 'aggregate'> {
    const excluded = kind === 'frontend' ? this.#excluded?.frontends : this.#excluded?.backends
    const nowhere = { kind: undefined, name: undefined, aggregate: undefined }
    if (kind === undefined || excluded?.has(pxname)) return nowhere
    if (kind === 'frontend') return { ...nowhere, kind, name: this.#names.frontend(pxname) }
    if (kind === 'backend') return { ...nowhere, kind, name: this.#names.backend(pxname) }
    const aggregate = this.#settings.aggregateServers ? this.#aggregate(svname) : undefined
    return { kind, name: this.#names.server(pxname, svname), aggregate }
  }

  #aggregate(name: string): Aggregate {
    let aggregate = this.#aggregates.get(name)
    if (aggregate === undefined) {
      aggregate = { name, object: { path: '' }, snapshot: 0, row: 0 }
      this.#aggregates.set(name, aggregate)
    }
    return aggregate
  }

  #addRow(known: Known): void {
    const kind = known.kind as ObjectKind
    known.snapshot = this.#snapshot
    known.row = this.#tables[kind].addRow()
    this.#rowsOf[kind].push(known.name as ProxyName | ServerName)
  }

  #mergeAggregate(aggregate: Aggregate, row: Uint8Array, offsets: Int32Array, source: Source): void {
    if (aggregate.snapshot !== this.#snapshot) {
      aggregate.snapshot = this.#snapshot
      aggregate.row = this.#tables.aggregate.addRow()
      this.#aggregateRows.push(aggregate)
    }
    this.#tables.aggregate.merge(aggregate.row, row, offsets, source)
  }

  #countServers(): void {
    const counts = new Map<ProxyName, number>()
    for (const { proxy } of this.#rowsOf.server as ServerName[]) counts.set(proxy, (counts.get(proxy) ?? 0) + 1)
    const column = this.#plan.backend.length - 1
    this.#rowsOf.backend.forEach((backend, row) => {
      this.#tables.backend.set(row, column, counts.get(backend as ProxyName) ?? 0)
    })
  }

  /** Servers over all backends are named as if they were servers of one backend, and grouped by their own name. */
  #aggregateObjects(): ObjectName[] {
    const servers = this.#aggregateRows.map(({ name }) => this.#names.server('', name))
    this.#names.separateServers(servers)
    return this.#aggregateRows.map((aggregate, index) => {
      const { segment } = servers[index] as ServerName
      const path = `server.${segment}`
      if (aggregate.object.path !== path)
        aggregate.object = { path, group: { section: 'server-groups', name: segment } }
      return aggregate.object
    })
  }
}

function unknownRow(key: Uint8Array): Known {
  return { key, kind: undefined, name: undefined, aggregate: undefined, snapshot: 0, row: 0, next: undefined }
}

function computedColumn(field: string): Column {
  return { field, merge: 'sum', emptyIsZero: false, counter: false }
}

function sourceOf(header: StatHeader, columns: readonly Column[], stopping: boolean): Source {
  const position = (name: string | undefined) => (name === undefined ? -1 : (header.position.get(name) ?? -1))
  return {
    cells: Int32Array.from(columns, ({ field }) => position(field)),
    weights: Int32Array.from(columns, ({ weight }) => position(weight)),
    stopping,
  }
}

function tableOf(kind: TableKind, accumulator: Accumulator, objects: ObjectName[]): Table {
  const fields = accumulator.columns.map(({ field }) => field)
  return { kind, objects, fields, ...accumulator.finish() }
}

function textOf(row: Uint8Array, offsets: Int32Array, cell: number): string {
  const start = offsets[cell] as number
  const end = (offsets[cell + 1] as number) - 1
  return Buffer.from(row.buffer, row.byteOffset + start, end - start).toString('latin1')
}

function keyOf(row: Uint8Array, offsets: Int32Array, type: number): Uint8Array {
  const end = (offsets[2] as number) - (offsets[0] as number)
  const key = new Uint8Array(end + 1)
  key.set(row.subarray(offsets[0], offsets[2]))
  key[end] = row[offsets[type] as number] as number
  return key
}

function isKnown(known: Known, row: Uint8Array, offsets: Int32Array, type: number): boolean {
  const { key } = known
  const start = offsets[0] as number
  const length = key.length - 1
  if ((offsets[2] as number) - start !== length || row[offsets[type] as number] !== key[length]) return false
  for (let index = length - 1; index >= 0; index--) if (row[start + index] !== key[index]) return false
  return true
}
