import type { RowKind } from '../live/view.ts'

/** States of servers, as HAProxy's exporter orders them. */
export const serverStates = ['DOWN', 'UP', 'MAINT', 'DRAIN', 'NOLB'] as const

/** Results of health checks that say something of the server, as HAProxy's exporter orders them. */
export const checkStates = [
  ...[
    'HANA',
    'SOCKERR',
    'L4OK',
    'L4TOUT',
    'L4CON',
    'L6OK',
    'L6TOUT',
    'L6RSP',
    'L7TOUT',
    'L7RSP',
    'L7OK',
    'L7OKC',
    'L7STS',
  ],
  ...['PROCERR', 'PROCTOUT', 'PROCOK'],
] as const

const proxyStates = ['DOWN', 'UP'] as const

/** A text of a row that is a metric with a sample for each state that there is: 1 for the one it is in, 0 for others. */
export interface StateMetric {
  readonly field: string
  readonly name: string
  readonly kinds: readonly RowKind[]
  readonly help: string
  states(kind: RowKind): readonly string[]
  /** The state that a text means. One that is not in the list says nothing of the row. */
  stateOf(text: string, kind: RowKind): string
  /** A text that is none of the states makes zeros only, as with HAProxy's exporter: a check that has not ended yet. */
  readonly orNone?: true
}

/**
 * What the text of `status` means: `DOWN 1/2`, `UP 1/3`, `MAINT (via app/app1)`, `no check`. A frontend that is full or
 * paused is not stopped, and so up for HAProxy's exporter.
 */
function stateOfStatus(text: string, kind: RowKind): string {
  const [word = ''] = text.split(' ')
  if (kind === 'frontend') return word === 'STOP' ? 'DOWN' : 'UP'
  return word === 'no' ? 'UP' : word
}

/** The result of a check, without the mark of one that is going on: `* L7OK`. */
function stateOfCheck(text: string): string {
  return text.replace(/^\* ?/, '')
}

const statesByKind: Readonly<Record<RowKind, readonly string[]>> = {
  frontend: proxyStates,
  listener: ['WAITING', 'OPEN', 'FULL'],
  backend: proxyStates,
  server: serverStates,
}

/** The texts of rows that are metrics, before all others of their kind. */
export const stateMetrics: readonly StateMetric[] = [
  {
    field: 'status',
    name: 'status',
    kinds: ['frontend', 'listener', 'backend', 'server'],
    help: 'Whether it is in the state; of several processes, the worst.',
    states: (kind) => statesByKind[kind],
    stateOf: stateOfStatus,
  },
  {
    field: 'check_status',
    name: 'check_status',
    kinds: ['server'],
    help: 'Whether the last health check ended so.',
    states: () => checkStates,
    stateOf: stateOfCheck,
    orNone: true,
  },
  {
    field: 'agent_status',
    name: 'agent_status',
    kinds: ['server'],
    help: 'Whether the last agent check ended so.',
    states: () => checkStates,
    stateOf: stateOfCheck,
    orNone: true,
  },
]

/** How many servers of a backend are in each state. Of the old and the new name HAProxy's exporter has both, too. */
export interface CountMetric {
  readonly name: string
  readonly of: 'status' | 'check_status'
  readonly help: string
}

export const countMetrics: readonly CountMetric[] = [
  { name: 'agg_server_status', of: 'status', help: 'Servers in the state.' },
  { name: 'agg_server_check_status', of: 'status', help: 'Servers in the state; the old name of agg_server_status.' },
  { name: 'agg_check_status', of: 'check_status', help: 'Servers whose last health check ended so.' },
]
