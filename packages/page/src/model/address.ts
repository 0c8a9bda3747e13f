import { columns } from './columns.ts'
import { type Sorting, type ViewName, views } from './list.ts'

/** Seconds that the charts go back. */
export const ranges = { hour: 3_600, day: 86_400 } as const
export type RangeName = keyof typeof ranges

/** What the page shows; all of it is in the address, so that the address can be shared. */
export interface Place {
  readonly view: ViewName
  readonly filter: string
  readonly sorting: Sorting | undefined
  /** The key of the row whose panel is open. */
  readonly open: string | undefined
  readonly range: RangeName
}

export const start: Place = { view: 'all', filter: '', sorting: undefined, open: undefined, range: 'hour' }

/** Reads the part of an address after `#`. Ignores what it does not understand. */
export function parsePlace(hash: string): Place {
  const query = new URLSearchParams(hash.replace(/^#/, ''))
  const sort = query.get('sort') ?? ''
  const column = sort.replace(/^-/, '')
  return {
    view: views.find((name) => name === query.get('view')) ?? start.view,
    filter: (query.get('filter') ?? '').slice(0, 200),
    sorting: columns.some(({ id }) => id === column) ? { column, isDescending: sort.startsWith('-') } : undefined,
    open: query.get('open') || undefined,
    range: query.get('range') === 'day' ? 'day' : 'hour',
  }
}

/** The opposite: `#view=servers&filter=down&sort=-rate&open=s:app/app1`; defaults are left out. */
export function printPlace({ view, filter, sorting, open, range }: Place): string {
  const query = new URLSearchParams()
  if (view !== start.view) query.set('view', view)
  if (filter !== '') query.set('filter', filter)
  if (sorting !== undefined) query.set('sort', `${sorting.isDescending ? '-' : ''}${sorting.column}`)
  if (open !== undefined) query.set('open', open)
  if (range !== start.range) query.set('range', range)
  // Keys stay readable: what URLSearchParams escapes here is allowed in a fragment.
  return `#${query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/')}`
}
