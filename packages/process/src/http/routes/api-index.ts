import { nearestNames } from '../formats/nearest-names.ts'
import { json, type Route, type RouteRequest } from '../types/route.ts'
import { answerApi, checkParameters, quoted, Refusal, refused } from './api.ts'
import { fieldsRoute } from './api-fields.ts'
import { historyRoute } from './api-history.ts'
import { overviewRoute } from './api-overview.ts'
import { rowRoute } from './api-row.ts'
import { rowsRoute } from './api-rows.ts'

const named: readonly Route[] = [overviewRoute, rowsRoute, rowRoute, historyRoute, fieldsRoute]

/** Answered by the server itself. */
const events = '/api/v1/events'

const indexRoute: Route = {
  path: '/api/v1',
  summary: 'What the API answers.',
  answer: (request) => answerApi(request, '', () => answerIndex(request)),
}

function answerIndex(request: RouteRequest) {
  checkParameters(request, [])
  const routes = named.map(({ path, summary }) => ({ path, summary }))
  return json({ routes: [...routes, { path: events, summary: 'Server-sent events: `snapshot` with each new one.' }] })
}

/** The last of them: what begins so and nobody has answered. */
const unknownRoute: Route = {
  path: '/api/…',
  summary: 'Everything else below /api: 404 with the nearest path.',
  answer: ({ segments }) => {
    if (segments[0] !== 'api' || segments.join('/') === events.slice(1)) return undefined
    const path = `/${segments.join('/')}`
    const paths = [...named.map((route) => route.path), events, indexRoute.path]
    return refused(
      new Refusal(404, `there is no ${quoted(path)}; /api/v1 lists what there is`, nearestNames(path, paths)),
    )
  },
}

/** `/api/v1/…`, all JSON. */
export const apiRoutes: readonly Route[] = [indexRoute, ...named, unknownRoute]
