import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Item } from '../model/list.ts'
import { keyOf } from '../model/row.ts'
import type { Go } from './use-place.ts'

interface Context {
  readonly items: readonly Item[]
  readonly active: string | undefined
  readonly setActive: (key: string) => void
  /** The row that the table focuses once it is in the document. */
  readonly wanted: { current: string | undefined }
  readonly filterBox: RefObject<HTMLInputElement | null>
  readonly open: string | undefined
  readonly close: () => void
  readonly showHelp: () => void
  readonly go: Go
}

type Action = (context: Context, event: KeyboardEvent) => void

/** Keys that work wherever the focus is, except in text fields. The help lists them. */
const actions: Readonly<Record<string, Action>> = {
  '/': ({ filterBox }) => filterBox.current?.select(),
  '?': ({ showHelp }) => showHelp(),
  j: (context) => step(context, 1),
  k: (context) => step(context, -1),
  Escape: ({ open, close }) => open !== undefined && close(),
}

/** Arrows scroll unless a row has the focus. */
const onRows: Readonly<Record<string, Action>> = {
  ArrowDown: (context) => step(context, 1),
  ArrowUp: (context) => step(context, -1),
}

export function useKeyboard(context: Context): void {
  const newest = useRef(context)
  newest.current = context
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const target = event.target instanceof HTMLElement ? event.target : document.body
      if (target.closest('dialog') !== null) return
      if (target.matches('input, select, textarea')) return inFilter(newest.current, event)
      const isRow = target.matches('.grid [data-link]')
      const action = actions[event.key] ?? (isRow ? onRows[event.key] : undefined)
      if (action === undefined) return
      event.preventDefault()
      action(newest.current, event)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
}

/** In the filter: Escape clears it, then leaves it; Enter and the arrow go to the first row. */
function inFilter(context: Context, event: KeyboardEvent): void {
  const box = context.filterBox.current
  if (event.target !== box || box === null) return
  if (event.key === 'Escape') {
    event.preventDefault()
    if (box.value === '') box.blur()
    else context.go({ filter: '' }, 'replace')
  } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
    event.preventDefault()
    const first = context.items.findIndex(({ kind }) => kind === 'row')
    if (first >= 0) focusLine(context, first)
  }
}

function step(context: Context, by: 1 | -1): void {
  const { items, active } = context
  const now = items.findIndex((item) => item.kind === 'row' && keyOf(item.row) === active)
  let next = now < 0 ? 0 : now + by
  while (items[next]?.kind === 'heading') next += by
  if (items[next] !== undefined) focusLine(context, next)
}

/** Scrolls until the line is visible; it gets the focus once it is in the document. */
function focusLine({ items, setActive, wanted }: Context, line: number): void {
  const item = items[line]
  if (item?.kind !== 'row') return
  const key = keyOf(item.row)
  scrollToLine(line)
  const link = document.querySelector<HTMLElement>(`.grid [data-link="${CSS.escape(key)}"]`)
  if (link === null) wanted.current = key
  setActive(key)
  link?.focus({ preventScroll: true })
}

function scrollToLine(line: number): void {
  const body = document.querySelector('.grid tbody')
  const row = body?.querySelector<HTMLElement>('.row')
  const head = document.querySelector('.grid thead')
  if (body == null || row == null || head === null) return
  const { top } = body.getBoundingClientRect()
  const height = row.offsetHeight
  const begin = top + line * height
  const above = Number.parseFloat(getComputedStyle(head).top) + head.clientHeight || 0
  if (begin < above) window.scrollBy({ top: begin - above })
  else if (begin + height > window.innerHeight) window.scrollBy({ top: begin + height - window.innerHeight })
}
