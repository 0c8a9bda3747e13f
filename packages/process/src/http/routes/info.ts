import type { Info } from '@haproxystats/haproxy/read'
import { renderInfo } from '../formats/cells.ts'
import { renderJsonInfo } from '../formats/json.ts'
import { valueOfInfo } from '../formats/single-value.ts'
import { renderTypedInfo } from '../formats/typed.ts'
import { isCalled } from '../live/source-names.ts'
import { type Route, type RouteResponse, text } from '../types/route.ts'
import { fromView } from './no-view.ts'
import { noSource } from './stats.ts'

const plain = 'text/plain; charset=utf-8'

const formats: Readonly<Record<string, (info: Info) => RouteResponse>> = {
  '': (info) => ({ type: plain, body: renderInfo(info), perSnapshot: true }),
  json: (info) => ({ type: 'application/json', body: renderJsonInfo(info), perSnapshot: true }),
  typed: (info) => ({ type: plain, body: renderTypedInfo(info), perSnapshot: true }),
}

function inFormat(format: string, info: Info): RouteResponse {
  if (Object.hasOwn(formats, format)) return (formats[format] as (info: Info) => RouteResponse)(info)
  return text(`/info has no format ${format}; formats: ;json, ;typed, and text without a format.`, 404)
}

export const infoRoutes: readonly Route[] = [
  {
    path: '/info',
    summary: 'What show info says, over all processes; ;json and ;typed as HAProxy prints them.',
    answer: ({ segments, format }, facts) => {
      if (segments.length !== 1 || segments[0] !== 'info') return undefined
      return fromView(facts, (view) => inFormat(format, view.info))
    },
  },
  {
    path: '/info/<field>',
    summary:
      'One line of show info over all processes, or of one: /info/<process>/<field>; /info/<process> is all of it.',
    answer: ({ segments, format }, facts) => {
      const [place, name, field] = segments
      if (place !== 'info' || name === undefined || segments.length > 3) return undefined
      return fromView(facts, (view) => {
        const source = view.sources.find((candidate) => isCalled(candidate.name, name))
        if (source?.info !== undefined && field === undefined) return inFormat(format, source.info)
        if (field !== undefined && source?.info === undefined) {
          return noSource(view, name, ({ info }) => info !== undefined, 'show info')
        }
        const one = { ...view, info: source?.info ?? view.info, tables: [] }
        const found = field === undefined ? valueOfInfo(view, name) : valueOfInfo(one, field)
        return 'value' in found ? text(found.value) : text(found.missing, 404)
      })
    },
  },
]
