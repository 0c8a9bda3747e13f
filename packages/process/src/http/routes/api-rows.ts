import { nearestNames } from '../formats/nearest-names.ts'
import { keyOf, type RowKind, rowKinds, type View } from '../live/view.ts'
import type { Rates } from '../trend/rates.ts'
import { errorRate, isCounter, numberReader } from '../trend/row-values.ts'
import type { Facts } from '../types/facts.ts'
import type { RouteRequest } from '../types/route.ts'
import { apiRoute, orNull, quoted, Refusal, viewOrRefuse } from './api.ts'

/** What the tables of the page show. */
const usualFields = [
  ...['status', 'lastchg', 'scur', 'smax', 'slim', 'rate', 'req_rate', 'qcur', 'act', 'bck', 'weight', 'lastsess'],
  ...['qtime', 'ctime', 'rtime', 'ttime', 'check_status', 'last_chk', 'addr', 'downtime'],
  ...['req_tot/s', 'bin/s', 'bout/s', 'hrsp_2xx/s', 'hrsp_4xx/s', 'hrsp_5xx/s', 'errors/s', 'wretr/s', 'wredis/s'],
]

/** More columns than HAProxy has. */
const mostFields = 300

export const rowsRoute = apiRoute({
  name: 'rows',
  summary:
    'All rows: key, kind, pxname, svname, indexes of its processes, then the `fields` (`scur`, or `bin/s` for what a counter grows by in a second); `kind` and `proxy` choose.',
  parameters: ['fields', 'kind', 'proxy'],
  perSnapshot: true,
  body: rowsBody,
})

function rowsBody(request: RouteRequest, facts: Facts) {
  const view = viewOrRefuse(facts)
  const rates = facts.history.ratesOf(view)
  const given = request.query.getAll('fields').flatMap((names) => names.split(','))
  const fields = given.length > 0 ? given : usualFields.filter((name) => numberReader(name, view, rates) !== undefined)
  if (fields.length > mostFields) throw new Refusal(400, `${fields.length} fields, at most ${mostFields} are answered`)
  const readers = fields.map((name) => readerOf(name, view, rates))
  const isChosen = chosen(request, view)
  const rows: unknown[][] = []
  view.rows.forEach((row, index) => {
    if (!isChosen(row)) return
    const { kind, pxname, svname, sources } = row
    rows.push([keyOf(row), kind, pxname, svname, sources, ...readers.map((read) => read(index))])
  })
  return { snapshot: view.snapshot, fields, rows }
}

/** @throws Refusal when there is no field of this name. */
function readerOf(name: string, view: View, rates: Rates | undefined): (row: number) => number | string | null {
  const column = view.columnOf.get(name)
  if (column !== undefined && view.columns[column]?.isText) return (row) => view.text(row, column) ?? null
  const read = numberReader(name, view, rates)
  if (read === undefined) throw unknownField(name, view)
  return (row) => orNull(read(row))
}

function unknownField(name: string, view: View): Refusal {
  const counter = name.replace(/\/s$/, '')
  if (counter !== name && view.columnOf.has(counter)) {
    return new Refusal(400, `field ${quoted(name)}: ${counter} is not a counter, so it has no rate`, [counter])
  }
  const rates = view.columns.flatMap((column, index) => (isCounter(view, index) ? [`${column.name}/s`] : []))
  const candidates = [...view.columnOf.keys(), ...rates, errorRate]
  return new Refusal(400, `field ${quoted(name)} is unknown; /api/v1/fields lists them`, nearestNames(name, candidates))
}

function chosen({ query }: RouteRequest, view: View): (row: View['rows'][number]) => boolean {
  const [kinds, proxies] = [query.getAll('kind'), query.getAll('proxy')]
  const isKind = (kind: string): kind is RowKind => rowKinds.some((known) => known === kind)
  for (const kind of kinds) {
    if (isKind(kind)) continue
    throw new Refusal(400, `kind is ${quoted(kind)}, expected ${rowKinds.join(', ')}`, nearestNames(kind, rowKinds))
  }
  const names = new Set(proxies.length === 0 ? [] : view.rows.map(({ pxname }) => pxname))
  for (const proxy of proxies) {
    if (!names.has(proxy)) throw new Refusal(404, `there is no proxy ${quoted(proxy)}`, nearestNames(proxy, names))
  }
  return ({ kind, pxname }) =>
    (kinds.length === 0 || kinds.includes(kind)) && (proxies.length === 0 || proxies.includes(pxname))
}
