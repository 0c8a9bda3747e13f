import type { ObjectName, Table } from '../types/table.ts'
import { Accumulator } from './accumulator.ts'
import type { Column } from './column.ts'
import { Names, type OnCollision } from './names.ts'
import type { RowReader } from './row-reader.ts'
import { keepRows } from './server-selection.ts'
import { tableOf } from './table-of.ts'

/** Servers of one name over all backends. */
export interface AggregatedServer {
  readonly name: string
  object: ObjectName
  snapshot: number
  row: number
  /** Whether all servers of the name have been left out. */
  skipped: boolean
}

/** The table `aggregated-server`: every server once more, merged with those of the same name in other backends. */
export class AggregatedServers {
  readonly #table: Accumulator
  readonly #onCollision: OnCollision
  /** Of their own: those of a backend without a name are others. */
  #names: Names
  #byName = new Map<string, AggregatedServer>()
  #rows: AggregatedServer[] = []
  /** By row of the server table. */
  #ofServer: AggregatedServer[] = []
  #snapshot = 0

  constructor(columns: readonly Column[], onCollision: OnCollision) {
    this.#table = new Accumulator(columns)
    this.#onCollision = onCollision
    this.#names = new Names(onCollision)
  }

  forget(): void {
    this.#byName = new Map()
    this.#names = new Names(this.#onCollision)
  }

  begin(): void {
    this.#snapshot++
    this.#rows = []
    this.#ofServer = []
    this.#table.clear()
  }

  of(name: string): AggregatedServer {
    let server = this.#byName.get(name)
    if (server === undefined) {
      server = { name, object: { path: '' }, snapshot: 0, row: 0, skipped: false }
      this.#byName.set(name, server)
    }
    return server
  }

  /** Merges the row of a server that was read last, which is row `serverRow` of the server table. */
  merge(server: AggregatedServer, serverRow: number, reader: RowReader, stopping: boolean): void {
    reader.mergeInto(this.#table, this.#rowOf(server, serverRow), reader.aggregated, stopping)
  }

  #rowOf(server: AggregatedServer, serverRow: number): number {
    if (server.snapshot !== this.#snapshot) {
      server.snapshot = this.#snapshot
      server.row = this.#table.addRow()
      this.#rows.push(server)
    }
    this.#ofServer[serverRow] = server
    return server.row
  }

  /**
   * They are named as if they were servers of one backend, and grouped by their own name. A name all of whose servers are
   * left out is left out too.
   */
  finish(kept: (serverRow: number) => boolean): Table {
    for (const server of this.#rows) server.skipped = true
    this.#ofServer.forEach((server, row) => {
      if (kept(row)) server.skipped = false
    })
    const named = this.#rows.map(({ name }) => this.#names.server('', name))
    this.#names.separateServers(named)
    this.#rows.forEach((server, index) => {
      const segment = named[index]?.segment ?? ''
      const path = `server.${segment}`
      if (server.object.path !== path) server.object = { path, group: { section: 'server-groups', name: segment } }
    })
    const objects = this.#rows.map(({ object }) => object)
    const table = tableOf('aggregated-server', this.#table, objects)
    return keepRows(table, (row) => !this.#rows[row]?.skipped)
  }
}
