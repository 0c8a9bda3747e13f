import type { Accumulator } from './accumulator.ts'
import type { ProxyName, ServerName } from './names.ts'
import type { ServerSelection } from './server-selection.ts'
import { activeStates, type ServerState, type ServerStates, serverStates } from './server-states.ts'

/** The servers of one backend, counted. */
export interface ServerCount {
  readonly total: number
  readonly byState: Readonly<Record<ServerState, number>>
}

/** A metric of backends that is computed from their servers. */
export interface BackendMetric {
  readonly name: string
  readonly unit: string
  readonly summary: string
  /** Only with `server-state-metrics`. */
  readonly state?: true
  readonly example: { readonly given: { readonly total: number; readonly up: number }; readonly value: number }
  readonly compute: (count: ServerCount) => number
}

const all: readonly BackendMetric[] = [
  {
    name: 'TotalServers',
    unit: 'count',
    summary: 'How many servers the backend has.',
    example: { given: { total: 4, up: 3 }, value: 4 },
    compute: ({ total }) => total,
  },
  {
    name: 'ActiveServersPercentage',
    unit: 'percent',
    summary: 'Servers that take new traffic (up, or without health checks) as a share of all.',
    state: true,
    example: { given: { total: 4, up: 3 }, value: 75 },
    compute: ({ total, byState }) => {
      const active = [...activeStates].reduce((sum, state) => sum + byState[state], 0)
      return total > 0 ? Math.trunc((100 * active) / total) : Number.NaN
    },
  },
  ...serverStates.map(
    (state): BackendMetric => ({
      name: `servers.${state}`,
      unit: 'count',
      summary: `How many servers are in the state ${state.replace('_', ' ')}, in the worst of the processes.`,
      state: true,
      example: { given: { total: 4, up: 3 }, value: state === 'up' ? 3 : state === 'down' ? 1 : 0 },
      compute: ({ byState }) => byState[state],
    }),
  ),
]

export function backendMetrics(withStates: boolean): readonly BackendMetric[] {
  return all.filter(({ state }) => withStates || !state)
}

/** Counts the servers of every backend and sets its metrics, which are the last columns of the table. */
export function countServers(
  { backend: backends, server: servers }: { backend: readonly ProxyName[]; server: readonly ServerName[] },
  table: Accumulator,
  selection: ServerSelection,
  states: ServerStates | undefined,
): void {
  const counts = new Map<ProxyName, { total: number; byState: Record<ServerState, number> }>()
  servers.forEach(({ proxy }, row) => {
    if (!selection.counts(row)) return
    const count = counts.get(proxy) ?? noServers()
    count.total++
    if (states !== undefined) count.byState[states.stateOf(row)]++
    counts.set(proxy, count)
  })
  const metrics = backendMetrics(states !== undefined)
  const first = table.columns.length - metrics.length
  backends.forEach((backend, row) => {
    const count = counts.get(backend) ?? noServers()
    metrics.forEach(({ compute }, index) => {
      table.set(row, first + index, compute(count))
    })
  })
}

function noServers(): { total: number; byState: Record<ServerState, number> } {
  return {
    total: 0,
    byState: Object.fromEntries(serverStates.map((state) => [state, 0])) as Record<ServerState, number>,
  }
}
