import { didYouMean } from '@haproxystats/core'

/** What `scope` may name, in the order in which it is printed. */
export const scopes = {
  global: 'haproxy_process_*: show info of all processes as one, and what is derived from it',
  frontend: 'haproxy_frontend_*',
  listener: 'haproxy_listener_*',
  backend: 'haproxy_backend_*',
  server: 'haproxy_server_*',
  haproxystats: 'haproxystats_*: this program itself; HAProxy has no such scope',
  sticktable: 'nothing: it is in no answer that haproxystats-pull asks for',
  resolver: 'nothing: it is in no answer that haproxystats-pull asks for',
} as const
export type Scope = keyof typeof scopes

const scopeNames = Object.keys(scopes) as readonly Scope[]

/**
 * The parameters of `/metrics`. Those of HAProxy's exporter mean what they mean there; it ignores others, and so do we.
 */
export const parameters = {
  scope: 'one of the scopes, `*` for all, empty for none; several are taken in their order',
  metrics: 'names of metrics that are wanted, with commas between; with a `-` before it one that is not',
  'no-maint': 'leaves out servers in maintenance',
  'extra-counters': 'adds the counters of modules, as HTTP/2 and TLS',
  'desc-labels':
    'adds the description of the process to `haproxy_process_*` as a label `desc`; those of proxies are in no answer that haproxystats-pull asks for',
  process: 'splits `haproxy_process_*` by process, with a label `process`: the name of one, or `*` for all',
} as const

/** What a request asks for. */
export interface MetricsQuery {
  readonly scopes: ReadonlySet<Scope>
  /** Whether a metric of this whole name is wanted. */
  readonly wants: (name: string) => boolean
  readonly withoutMaintenance: boolean
  readonly extraCounters: boolean
  /** Whether descriptions are labels. */
  readonly descriptions: boolean
  /** Names of processes, or `*`; empty: all as one. */
  readonly processes: readonly string[]
}

/** What the parameters ask for, or a sentence that says what is wrong with them. */
export function parseMetricsQuery(query: URLSearchParams): MetricsQuery | string {
  const wanted = scopesOf(query.getAll('scope'))
  if (typeof wanted === 'string') return wanted
  return {
    scopes: wanted,
    wants: filterOf(query.getAll('metrics')),
    withoutMaintenance: query.has('no-maint'),
    extraCounters: query.has('extra-counters'),
    descriptions: query.has('desc-labels'),
    processes: query.getAll('process'),
  }
}

/** In their order, as HAProxy's exporter takes them: an empty one takes back those before it. */
function scopesOf(values: readonly string[]): ReadonlySet<Scope> | string {
  if (values.length === 0) return new Set(scopeNames)
  const wanted = new Set<Scope>()
  for (const value of values) {
    if (value === '') wanted.clear()
    else if (value === '*') for (const scope of scopeNames) wanted.add(scope)
    else if (Object.hasOwn(scopes, value)) wanted.add(value as Scope)
    else return noScope(value)
  }
  return wanted
}

/** Without a name that is wanted, all are but those that are not. The last word on a name counts. */
function filterOf(values: readonly string[]): (name: string) => boolean {
  const words = values.flatMap((value) => value.split(',')).filter((word) => word !== '' && word !== '-')
  const wanted = new Map(words.map((word) => (word.startsWith('-') ? [word.slice(1), false] : [word, true])))
  const all = words.every((word) => word.startsWith('-'))
  return (name) => wanted.get(name) ?? all
}

function noScope(word: string): string {
  const guess = didYouMean(word, scopeNames)
  const hint = guess === undefined ? '' : `, ${guess.slice(0, -1)}`
  return `/metrics has no scope ${JSON.stringify(word)}${hint}; there are: ${scopeNames.join(', ')}, *`
}
