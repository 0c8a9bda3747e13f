import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { Go } from '../hooks/use-place.ts'
import { useSparks } from '../hooks/use-sparks.ts'
import { useMedia, useWidth } from '../hooks/use-width.ts'
import { useWindow } from '../hooks/use-window.ts'
import { type Place, printPlace } from '../model/address.ts'
import { columns as allColumns, fitColumns } from '../model/columns.ts'
import { exact } from '../model/format.ts'
import { type Item, serversUp } from '../model/list.ts'
import { keyOf, type RowSet, readerOf } from '../model/row.ts'
import { piecesOf } from '../model/window.ts'
import { GridHead } from './grid-head.tsx'
import { GridRow } from './grid-row.tsx'
import { tableRoles } from './table-roles.ts'

interface Properties {
  readonly rows: RowSet
  readonly items: readonly Item[]
  readonly place: Place
  readonly go: Go
  /** The key of the row that has the focus, or had it last. */
  readonly active: string | undefined
  readonly setActive: (key: string) => void
  /** The key of a row that gets the focus as soon as it is in the document. */
  readonly wanted: { current: string | undefined }
}

/** Pixels; the same as in grid.css. */
const heights = { compact: 44, dense: 25 } as const

/** Columns whose content is below the name in the compact form. */
const belowName = ['state', 'since']

/** The big table. Only the visible lines are in the document, and the one with the focus. */
export function Grid({ rows, items, place, go, active, setActive, wanted }: Properties) {
  const frame = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const isCompact = useMedia('(max-width: 600px)')
  const height = isCompact ? heights.compact : heights.dense
  const width = useWidth(frame)
  const columns = useMemo(
    () => (isCompact ? fitColumns(width, 150, belowName) : fitColumns(width, 230)),
    [width, isCompact],
  )
  const tracks = columns.map(({ id, width: pixels }) => (id === 'name' ? 'minmax(0, 1fr)' : `${pixels}px`)).join(' ')
  const span = useWindow(body, height, items.length)
  const reader = useMemo(() => readerOf(rows), [rows])
  const up = useMemo(() => serversUp(rows), [rows])
  const lines = useMemo(() => linesOf(items), [items])
  const pieces = piecesOf(span, items.length, lines.get(active ?? '') ?? -1)
  const inSight = items.slice(span.first, span.end).flatMap((item) => (item.kind === 'row' ? [keyOf(item.row)] : []))
  const hasTrend = columns.some(({ id }) => id === 'trend')
  const sparks = useSparks(hasTrend ? inSight : [], rows.snapshot)
  useFocusKept(body, active, wanted)
  return (
    <div class="frame" ref={frame}>
      <table
        {...tableRoles.table}
        style={{ '--columns': tracks }}
        class={isCompact ? 'grid compact' : 'grid'}
        aria-rowcount={items.length + 1}
        aria-colcount={allColumns.length}
      >
        <caption class="unseen">Frontends, backends and servers over all processes</caption>
        <GridHead columns={columns} sorting={place.sorting} go={go} />
        <tbody {...tableRoles.group} ref={body}>
          {pieces.map((piece) => {
            if ('gap' in piece) return <Gap key={`gap ${piece.before}`} height={piece.gap * height} />
            const item = items[piece.line]!
            if (item.kind === 'heading') {
              return <Heading key={item.title} item={item} line={piece.line} />
            }
            const key = keyOf(item.row)
            return (
              <GridRow
                key={key}
                {...{ item, columns, reader, setActive, isCompact }}
                line={piece.line}
                spark={sparks.get(key)}
                up={up.get(item.row[2])}
                isOpen={place.open === key}
                href={printPlace({ ...place, open: key })}
              />
            )
          })}
        </tbody>
      </table>
      {items.length === 0 && rows.rows.length > 0 && <p class="nothing">No row matches the filter “{place.filter}”.</p>}
    </div>
  )
}

function linesOf(items: readonly Item[]): ReadonlyMap<string, number> {
  return new Map(items.flatMap((item, line) => (item.kind === 'row' ? [[keyOf(item.row), line] as const] : [])))
}

/** The space of lines that are not in the document. */
function Gap({ height }: { readonly height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr class="gap" aria-hidden="true" style={{ height: `${height}px` }} />
  )
}

interface HeadingProperties {
  readonly item: Item & { readonly kind: 'heading' }
  readonly line: number
}

function Heading({ item: { title, count }, line }: HeadingProperties) {
  return (
    <tr {...tableRoles.row} class="heading" aria-rowindex={line + 2}>
      <th {...tableRoles.rowHeader} scope="rowgroup">
        {title} <small>{exact(count)}</small>
      </th>
    </tr>
  )
}

/** Focuses a row once it is in the document, and again after it moved in the list. */
function useFocusKept(
  body: { current: HTMLElement | null },
  active: string | undefined,
  wanted: { current: string | undefined },
): void {
  const hadFocus = useRef(false)
  hadFocus.current = body.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    // Lost, and not moved to another element.
    const isLost = hadFocus.current && document.activeElement === document.body
    const key = wanted.current ?? (isLost ? active : undefined)
    if (key === undefined) return
    wanted.current = undefined
    body.current?.querySelector<HTMLElement>(`[data-link="${CSS.escape(key)}"]`)?.focus({ preventScroll: true })
  })
}
