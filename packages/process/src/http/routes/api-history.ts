import { nearestNames } from '../formats/nearest-names.ts'
import { type BandKind, historyFields, kindOfKey } from '../trend/history-fields.ts'
import type { Series } from '../trend/memory-history.ts'
import { stateLevels } from '../trend/states.ts'
import type { Facts } from '../types/facts.ts'
import type { RouteRequest } from '../types/route.ts'
import { apiRoute, orNull, quoted, Refusal } from './api.ts'

/** What one response may hold, and the defaults: seconds, values of a series, series, and values of all series. */
const limits = {
  range: { usual: 3600, least: 1, most: 86_400 },
  points: { usual: 120, least: 1, most: 2000 },
  series: 5000,
  values: 500_000,
} as const

export const historyRoute = apiRoute({
  name: 'history',
  summary:
    'Series of the last `range` seconds in at most `points` values, oldest first: each `key` (`b:app`, `daemon`, `p:<process>`) with each `field` (`scur`, `bin/s`).',
  parameters: ['key', 'field', 'range', 'points'],
  perSnapshot: true,
  body: historyBody,
})

function historyBody(request: RouteRequest, { history }: Facts) {
  const [seconds, points] = [countOf(request, 'range'), countOf(request, 'points')]
  const [keys, fields] = [given(request, 'key'), given(request, 'field')]
  const count = keys.length * fields.length
  if (count > limits.series) throw new Refusal(400, `${count} series, at most ${limits.series} are answered`)
  if (count * points > limits.values) {
    throw new Refusal(400, `more than ${limits.values} values, ask for fewer points or series`)
  }
  for (const key of keys) if (kindOfKey(key) === undefined) throw unknownKind(key)
  for (const field of fields) checkField(field, keys)
  const names = keys.flatMap((key) => fields.map((field) => ({ key, field })))
  const { begin, step, series } = history.read(names, { seconds, points })
  return { begin, step, series: series.map(printed) }
}

/** A whole number of a parameter. @throws Refusal when it is something else, or out of range. */
function countOf({ query }: RouteRequest, name: 'range' | 'points'): number {
  const { usual, least, most } = limits[name]
  const text = query.get(name)
  if (text === null) return usual
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new Refusal(400, `${name} is ${quoted(text)}, expected a whole number from ${least} to ${most}`)
}

/** Each once. */
function given({ query }: RouteRequest, name: string): string[] {
  const values = [...new Set(query.getAll(name))]
  if (values.length === 0) throw new Refusal(400, `parameter "${name}" is missing`, [name])
  return values
}

function unknownKind(key: string): Refusal {
  const expected = 'f:www, l:www/sock-1, b:app, s:app/app1, p:<process> or daemon'
  return new Refusal(400, `key is ${quoted(key)}, expected ${expected}`)
}

/** A field may be of one kind of row only, so it is enough that one of the keys has it. */
function checkField(field: string, keys: readonly string[]): void {
  const kinds = new Set(keys.map((key) => kindOfKey(key) as BandKind))
  const known = [...kinds].flatMap((kind) => historyFields[kind].map(({ name }) => name))
  if (known.includes(field)) return
  const everywhere = Object.values(historyFields).flatMap((fields) => fields.map(({ name }) => name))
  if (everywhere.includes(field)) return
  const message = `field ${quoted(field)} has no history; it is kept of ${[...new Set(known)].join(', ')}`
  throw new Refusal(400, message, nearestNames(field, new Set(everywhere)))
}

function printed({ key, field, unit, values, peaks }: Series) {
  return {
    key,
    field,
    unit,
    values: Array.from(values, rounded),
    ...(peaks && { peaks: Array.from(peaks, rounded) }),
    ...(unit === 'state' && { states: stateLevels }),
  }
}

/** No more digits than are kept. */
function rounded(value: number): number | null {
  return orNull(Number.isInteger(value) ? value : Number(value.toPrecision(4)))
}
