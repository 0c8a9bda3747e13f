import { type Found, type ObjectWord, valueOfKey, valueOfRow } from '../formats/single-value.ts'
import type { View } from '../live/view.ts'
import type { Facts } from '../types/facts.ts'
import { type Route, type RouteResponse, text } from '../types/route.ts'
import { fromView } from './no-view.ts'

const field = (path: string, summary: string): Route => {
  const [word = '', ...rest] = path.split('/').slice(1)
  return {
    path,
    summary,
    answer: (request, facts) => {
      const [first, ...given] = request.segments
      if (first !== word || given.length !== rest.length || request.format !== '') return undefined
      const names = given.slice(0, -1)
      return answered(facts, (view) => valueOfRow(view, word as ObjectWord, names, given.at(-1) as string))
    },
  }
}

/** One value as text, for scripts and checks. */
export const valueRoutes: readonly Route[] = [
  field('/f/<frontend>/<field>', 'One value of a frontend.'),
  field('/f/<frontend>/<listener>/<field>', 'One value of a listener.'),
  field('/b/<backend>/<field>', 'One value of a backend.'),
  field('/b/<backend>/<server>/<field>', 'One value of a server.'),
  {
    path: '/get?key=f:<frontend>:<field>',
    summary: 'One value by its key: f:www:scur, f:www:sock-1:scur, b:app:scur, b:app:app1:scur, info:CurrConns.',
    answer: ({ segments, query }, facts) => {
      if (segments.length !== 1 || segments[0] !== 'get') return undefined
      const key = query.get('key')
      if (key === null) return text('The key is missing: /get?key=f:www:scur', 400)
      return answered(facts, (view) => valueOfKey(view, key))
    },
  },
]

function answered(facts: Facts, find: (view: View) => Found): RouteResponse {
  return fromView(facts, (view) => {
    const found = find(view)
    return 'value' in found ? text(found.value) : text(found.missing, 404)
  })
}
