import { nearestNames } from '../formats/nearest-names.ts'
import { keyOf, type RowKind, rowKinds, type View } from '../live/view.ts'
import { ratesOf, readerOf, viewOrRefuse } from '../trend/row-values.ts'
import { type Facts, json, type Route, type RouteRequest, type RouteResponse } from '../types/route.ts'
import { answerApi, checkParameters, quoted, Refusal } from './api.ts'

/** What the tables of the page show. */
const usualFields = [
  ...['status', 'lastchg', 'scur', 'smax', 'slim', 'rate', 'req_rate', 'qcur', 'act', 'bck', 'weight', 'lastsess'],
  ...['qtime', 'ctime', 'rtime', 'ttime', 'check_status', 'last_chk', 'addr', 'downtime'],
  ...['req_tot/s', 'bin/s', 'bout/s', 'hrsp_2xx/s', 'hrsp_4xx/s', 'hrsp_5xx/s', 'errors/s', 'wretr/s', 'wredis/s'],
]

/** More columns than HAProxy has. */
const mostFields = 300

export const rowsRoute: Route = {
  path: '/api/v1/rows',
  summary:
    'All rows: key, kind, pxname, svname, indexes of its processes, then the `fields` (`scur`, or `bin/s` for what a counter grows by in a second); `kind` and `proxy` choose.',
  answer: (request, facts) => answerApi(request, 'rows', () => answerRows(request, facts)),
}

function answerRows(request: RouteRequest, facts: Facts): RouteResponse {
  checkParameters(request, ['fields', 'kind', 'proxy'])
  const view = viewOrRefuse(facts)
  const given = request.query.getAll('fields').flatMap((names) => names.split(','))
  const fields = given.length === 0 ? usualFields.filter((name) => has(view, name)) : given
  if (fields.length > mostFields) throw new Refusal(400, `${fields.length} fields, at most ${mostFields} are answered`)
  const readers = fields.map((name) => readerOf(name, view, ratesOf(facts, view)))
  const isChosen = chosen(request, view)
  const rows: unknown[][] = []
  view.rows.forEach((row, index) => {
    if (!isChosen(index)) return
    const { kind, pxname, svname, sources } = row
    rows.push([keyOf(row), kind, pxname, svname, sources, ...readers.map((read) => read(index))])
  })
  return json({ snapshot: view.snapshot, fields, rows }, { perSnapshot: true })
}

/** Older releases lack some of those that are usual. */
function has({ columnOf }: View, name: string): boolean {
  return name === 'errors/s' || columnOf.has(name.endsWith('/s') ? name.slice(0, -2) : name)
}

function chosen({ query }: RouteRequest, view: View): (row: number) => boolean {
  const [kinds, proxies] = [query.getAll('kind'), query.getAll('proxy')]
  for (const kind of kinds) {
    if (rowKinds.includes(kind as RowKind)) continue
    throw new Refusal(400, `kind is ${quoted(kind)}, expected ${rowKinds.join(', ')}`, nearestNames(kind, rowKinds))
  }
  const names = new Set(proxies.length === 0 ? [] : view.rows.map(({ pxname }) => pxname))
  for (const proxy of proxies) {
    if (!names.has(proxy)) throw new Refusal(404, `there is no proxy ${quoted(proxy)}`, nearestNames(proxy, names))
  }
  return (row) => {
    const its = view.rows[row]
    if (its === undefined || (kinds.length > 0 && !kinds.includes(its.kind))) return false
    return proxies.length === 0 || proxies.includes(its.pxname)
  }
}
