import { nearestNames } from '../formats/nearest-names.ts'
import type { Route } from '../types/route.ts'
import { apiRoute, quoted, Refusal } from './api.ts'
import { fieldsRoute } from './api-fields.ts'
import { historyRoute } from './api-history.ts'
import { overviewRoute } from './api-overview.ts'
import { rowRoute } from './api-row.ts'
import { rowsRoute } from './api-rows.ts'

const routes: readonly Route[] = [overviewRoute, rowsRoute, rowRoute, historyRoute, fieldsRoute]

/** Answered by the server itself. */
const events = '/api/v1/events'

const indexRoute = apiRoute({
  name: '',
  summary: 'What the API answers.',
  parameters: [],
  perSnapshot: false,
  body: () => ({
    routes: [
      ...routes.map(({ path, summary }) => ({ path, summary })),
      { path: events, summary: 'Server-sent events: `snapshot` with each new one.' },
    ],
  }),
})

/** Comes last: paths of the API that no other route answers. */
const unknownRoute: Route = {
  path: '/api/…',
  summary: 'Everything else below /api: 404 with the nearest path.',
  answer: ({ segments }) => {
    const path = `/${segments.join('/')}`
    if (segments[0] !== 'api' || path === events) return undefined
    const paths = [...routes.map((route) => route.path), events, indexRoute.path]
    return new Refusal(
      404,
      `there is no ${quoted(path)}; /api/v1 lists what there is`,
      nearestNames(path, paths),
    ).response()
  },
}

/** `/api/v1/…`, all JSON. */
export const apiRoutes: readonly Route[] = [indexRoute, ...routes, unknownRoute]
