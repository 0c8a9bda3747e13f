import { reasonOf } from '@haproxystats/core'
import { renderCsv } from '../formats/csv.ts'
import { renderJson } from '../formats/json.ts'
import { nearestNames } from '../formats/nearest-names.ts'
import { chosenRows, parseRowChoice } from '../formats/row-choice.ts'
import { renderTyped } from '../formats/typed.ts'
import { isCalled } from '../live/source-names.ts'
import type { View, ViewSource } from '../live/view.ts'
import type { Facts } from '../types/facts.ts'
import { type Route, type RouteRequest, type RouteResponse, text } from '../types/route.ts'
import { fromView } from './no-view.ts'

const plain = 'text/plain; charset=utf-8'

interface StatFormat {
  readonly type: string
  readonly render: (view: View, rows: readonly number[]) => string | Uint8Array
  /** Of more it would be larger than 40 MB: JSON is about 30 times as large as CSV, typed values 6 times. */
  readonly mostRows: number
}

/** The formats in which HAProxy's own page gives its rows, with the media types it sends. */
const statFormats: Readonly<Record<string, StatFormat>> = {
  csv: { type: plain, render: renderCsv, mostRows: Number.POSITIVE_INFINITY },
  json: { type: 'application/json', render: renderJson, mostRows: 3000 },
  typed: { type: plain, render: renderTyped, mostRows: 15_000 },
}

/** Where HAProxies have their page: `/`, `/stats` or, without a choice, `/haproxy?stats`. */
const places: readonly string[] = ['', 'stats', 'haproxy']

export const statRoutes: readonly Route[] = [
  {
    path: '/stats;csv',
    summary: 'All rows, merged, as HAProxy prints them; ;json and ;typed too, also behind / and /haproxy?stats.',
    answer: (request, facts) => {
      const place = request.segments.join('/')
      if (!places.includes(place) || (place === '' && request.format === '')) return undefined
      return inFormat(request, facts, place, (view) => view)
    },
  },
  {
    path: '/stats/<process>;csv',
    summary: 'The rows of one process as it printed them; ;json and ;typed too.',
    answer: (request, facts) => {
      const [place, name] = request.segments
      if (place !== 'stats' || name === undefined || request.segments.length !== 2) return undefined
      return fromView(facts, (view) => {
        const index = view.sources.findIndex((source) => isCalled(source.name, name))
        if (!view.sources[index]?.answered) return noSource(view, name, ({ answered }) => answered, 'show stat')
        return respondForSource(request, { ...facts, view }, index)
      })
    },
  },
]

/** By the newest snapshot at the time when its answer is there. */
async function respondForSource(
  request: RouteRequest,
  facts: Facts & { readonly view: View },
  index: number,
): Promise<RouteResponse> {
  const { view, sources } = facts
  const name = view.sources[index]?.name ?? ''
  try {
    if (sources === undefined) throw new Error('sources cannot be read')
    if (request.format === 'csv') {
      const body = asOnPage(await sources.bytes(view, index))
      return fromView(facts, () => ({ type: plain, body, perSnapshot: true }))
    }
    const alone = findFormat(request.format) === undefined ? view : await sources.view(view, index)
    return inFormat(request, facts, request.segments.join('/'), () => alone)
  } catch (error) {
    const sentence = `The answer of ${name} cannot be read now: ${reasonOf(error)}. Ask again.`
    return { ...text(sentence, 503), headers: { 'Retry-After': '1' } }
  }
}

function findFormat(format: string): string | undefined {
  return format.split(';').find((word) => Object.hasOwn(statFormats, word))
}

function inFormat(request: RouteRequest, facts: Facts, place: string, choose: (view: View) => View): RouteResponse {
  const format = findFormat(request.format)
  if (format === undefined) return unknownFormat(request.format, place)
  const { type, render, mostRows } = statFormats[format] as StatFormat
  return fromView(facts, (merged) => {
    const view = choose(merged)
    const rows = chosenRows(view, parseRowChoice(request.format.split(';')))
    if (rows.length > mostRows) return tooMany(format, rows.length, mostRows)
    return { type, body: render(view, rows), perSnapshot: true }
  })
}

function tooMany(format: string, rows: number, mostRows: number): RouteResponse {
  const advice = "use ;csv, or select rows by ;scope=<part of a proxy's name>"
  return text(`;${format} is limited to ${mostRows} rows, this would be ${rows}: ${advice}.`, 400)
}

/** A browser that asks for HAProxy's page is sent to ours. */
function unknownFormat(format: string, place: string): RouteResponse {
  if (format === '') return { ...text('The page is at /', 302), headers: { Location: '/' } }
  const known = Object.keys(statFormats).map((name) => `;${name}`)
  return text(`/${place} has no format ${format}; formats: ${known.join(', ')}.`, 404)
}

/** The page has no empty line at the end, other than the answer of a socket. */
function asOnPage(stat: Uint8Array): Uint8Array {
  return stat.subarray(0, stat.length - 1)
}

/** That a source is not there, or not in what was asked for; with those that are. */
export function noSource(view: View, name: string, has: (source: ViewSource) => boolean, what: string): RouteResponse {
  const names = view.sources.filter(has).map((source) => source.name)
  if (view.sources.some((source) => isCalled(source.name, name))) {
    return text(`The process ${name} did not answer ${what}. Those that did: ${names.join(', ')}.`, 404)
  }
  const near = nearestNames(name, names)
  return text(
    `${name} is not a process. ${near.length > 0 ? `Near it: ${near.join(', ')}.` : `There are: ${names.slice(0, 50).join(', ')}.`}`,
    404,
  )
}
