import { Component } from 'preact'
import type { WireRow } from '../api/responses.ts'
import { columns as allColumns, type Column } from '../model/columns.ts'
import { absent, duration } from '../model/format.ts'
import type { Item } from '../model/list.ts'
import { isProxy, keyOf, kindOf, nameOf, proxyOf, type Reader } from '../model/row.ts'
import type { Values } from '../model/spark.ts'
import { glyphs, stateOf } from '../model/state.ts'
import { Spark } from './spark.tsx'
import { tableRoles } from './table-roles.ts'

interface Properties {
  readonly item: Item & { readonly kind: 'row' }
  readonly line: number
  readonly columns: readonly Column[]
  readonly reader: Reader
  readonly spark: Values | undefined
  /** Of a backend: how many of its servers are up. */
  readonly up: string | undefined
  readonly isOpen: boolean
  readonly isCompact: boolean
  readonly href: string
  readonly setActive: (key: string) => void
}

/** The properties that a row shows; `item` is compared by its row, because it is a new object for each list. */
const compared = ['line', 'columns', 'reader', 'spark', 'up', 'isOpen', 'isCompact', 'href'] as const

export class GridRow extends Component<Properties> {
  override shouldComponentUpdate(next: Properties): boolean {
    const { item } = this.props
    if (item.row !== next.item.row || item.isMember !== next.item.isMember) return true
    return compared.some((name) => this.props[name] !== next[name])
  }

  override render() {
    const { item, line, columns, reader, isOpen, href } = this.props
    const { row } = item
    const { tone } = stateOf(reader.text(row, 'status'))
    const classes = ['row', kindOf(row), `tone-${tone}`, item.isMember ? 'member' : '', isOpen ? 'open' : '']
    return (
      // The link in the row does the same for the keyboard.
      <tr
        {...tableRoles.row}
        class={classes.join(' ')}
        aria-rowindex={line + 2}
        onClick={(event) => openUnlessSelecting(event, href)}
      >
        {columns.map((column) => this.#cell(column))}
      </tr>
    )
  }

  #cell(column: Column) {
    const { item, reader, spark } = this.props
    const { row } = item
    const index = allColumns.indexOf(column) + 1
    if (column.id === 'name') return this.#name(column, index)
    if (column.id === 'state') {
      return (
        <td {...tableRoles.cell} key="state" class="state" aria-colindex={index} title={reader.text(row, 'status')}>
          {this.#state()}
        </td>
      )
    }
    if (column.id === 'trend') {
      return (
        <td {...tableRoles.cell} key="trend" class="trend" aria-colindex={index}>
          <Spark values={spark} width={100} height={18} />
        </td>
      )
    }
    const value = column.value(row, reader)
    return (
      <td
        {...tableRoles.cell}
        key={column.id}
        class={`${typeof value === 'string' ? 'text' : 'number'} ${weightOf(column, value, row, reader)} column-${column.id}`}
        aria-colindex={index}
        title={column.detail?.(row, reader)}
      >
        {typeof value === 'number' ? (column.format?.(value) ?? value) : (value ?? absent)}
        {column.id === 'sessions' && <Share row={row} reader={reader} />}
      </td>
    )
  }

  #name(column: Column, index: number) {
    const { item, reader, href, setActive, isCompact } = this.props
    const { row, isMember } = item
    const key = keyOf(row)
    const age = reader.number(row, 'lastchg')
    return (
      <th {...tableRoles.rowHeader} key="name" scope="row" class="name" aria-colindex={index}>
        <a href={href} data-link={key} title={column.detail?.(row, reader)} onFocus={() => setActive(key)}>
          {!isProxy(row) && !isMember && <span class="of">{proxyOf(row)}/</span>}
          {nameOf(row)}
        </a>
        {reader.number(row, 'bck') === 1 && kindOf(row) === 'server' && <small class="badge">backup</small>}
        {isCompact && (
          <span class="state">
            {this.#state()} {age === undefined || age < 0 ? '' : duration(age)}
          </span>
        )}
      </th>
    )
  }

  #state() {
    const { item, reader, up } = this.props
    const status = reader.text(item.row, 'status')
    return (
      <>
        <span class="glyph" aria-hidden="true">
          {glyphs[stateOf(status).tone]}
        </span>
        <span class="word">{status ?? absent}</span>
        {kindOf(item.row) === 'backend' && up !== undefined && <small title={`${up} servers are up`}>{up}</small>}
      </>
    )
  }
}

/** Zeros and absent values are muted, alarming ones emphasized. */
function weightOf(column: Column, value: number | string | undefined, row: WireRow, reader: Reader): string {
  if (value === undefined || value === 0) return 'quiet'
  return typeof value === 'number' && column.isAlarming?.(value, row, reader) === true ? 'alarming' : ''
}

/** Sessions as a fraction of their limit, as a line below the number. */
function Share({ row, reader }: { readonly row: WireRow; readonly reader: Reader }) {
  const [now, limit] = [reader.number(row, 'scur') ?? 0, reader.number(row, 'slim') ?? 0]
  if (now === 0 || limit <= 0) return null
  const share = Math.min(1, now / limit)
  return (
    <span class={share >= 0.9 ? 'share high' : 'share'} style={{ width: `${Math.max(3, share * 100).toFixed(0)}%` }} />
  )
}

function openUnlessSelecting(event: MouseEvent, href: string): void {
  const isLink = event.target instanceof Element && event.target.closest('a') !== null
  if (isLink || String(document.getSelection() ?? '') !== '') return
  location.hash = href
}
