import { type Info, infoNumber } from '@haproxystats/haproxy/read'
import { rowKinds, type View, type ViewSource } from '../live/view.ts'
import { severities } from '../problems/problem.ts'
import { findProblems } from '../problems/problems.ts'
import { missingProcesses } from '../problems/process-rules.ts'
import { ruleContext } from '../problems/rule-context.ts'
import { daemonKey } from '../trend/collect.ts'
import { historyFields } from '../trend/history-fields.ts'
import type { StateLevel } from '../trend/states.ts'
import type { Facts } from '../types/facts.ts'
import { staleness } from '../types/facts.ts'
import { apiRoute, orNull } from './api.ts'

/** More would not be read; `problemCounts` holds how many there are. */
const mostProblems = 500

export const overviewRoute = apiRoute({
  name: 'overview',
  summary:
    'Whether everything is well, where it is not and since when; processes, totals, and how haproxystats itself is doing.',
  parameters: [],
  perSnapshot: false,
  body: (_request, facts) => overviewBody(facts),
})

function overviewBody(facts: Facts) {
  const { view, interval, status } = facts
  const now = facts.now()
  const problems = findProblems(facts)
  const counts = severities.map((severity) => [
    severity,
    problems.filter((problem) => problem.severity === severity).length,
  ])
  const missing = view === undefined ? [] : missingProcesses(ruleContext(facts, view)).map(({ name }) => name)
  return {
    snapshot: view?.snapshot ?? null,
    now: Math.round(now * 1000) / 1000,
    interval,
    age: view === undefined ? null : Math.max(0, Math.round(now - view.snapshot)),
    stale: view === undefined || staleness(facts) !== undefined,
    complete: view !== undefined && missing.length === 0 && view.pull?.complete !== false,
    missing,
    sources: view?.sources.map(printedSource) ?? [],
    totals: view === undefined ? {} : keptTotals(facts, view),
    problems: problems.slice(0, mostProblems).map(({ since, ...problem }) => ({ ...problem, since: since ?? null })),
    problemCounts: Object.fromEntries(counts),
    program: status,
  }
}

/** Of `show info`, by the names of the API. */
const infoNames = {
  uptime: 'Uptime_sec',
  threads: 'Nbthread',
  currConns: 'CurrConns',
  maxconn: 'Maxconn',
  sessRate: 'SessRate',
  connRate: 'ConnRate',
  sslRate: 'SslRate',
  currSslConns: 'CurrSslConns',
  bytesOutRate: 'BytesOutRate',
  tasks: 'Tasks',
  runQueue: 'Run_queue',
} as const

function printedSource({ name, info, stopping, answered }: ViewSource) {
  const values = Object.entries(infoNames).map(([its, of]) => [its, numberOf(info, of)])
  const pid = numberOf(info, 'Pid')
  const idle = numberOf(info, 'Idle_pct')
  return {
    name,
    release: info?.get('Version') ?? null,
    node: info?.get('node') ?? null,
    pid,
    stopping,
    answered,
    cpu: idle === null ? null : 100 - idle,
    ...Object.fromEntries(values),
  }
}

const numberOf = (info: Info | undefined, name: string) => (info === undefined ? null : orNull(infoNumber(info, name)))

const totals = new WeakMap<View, ReturnType<typeof totalsOf>>()

function keptTotals(facts: Facts, view: View) {
  let kept = totals.get(view)
  if (kept === undefined) {
    kept = totalsOf(facts, view)
    totals.set(view, kept)
  }
  return kept
}

/** The newest values of the series of `daemon`, by the same names; and how many rows of each kind there are. */
function totalsOf(facts: Facts, view: View) {
  const values = historyFields.daemon.map(({ name }) => [name, newestOf(facts, name)])
  const context = ruleContext(facts, view)
  const states = new Map<StateLevel | 'unknown', number>()
  for (const index of context.rows('server')) {
    const state = context.state(index) ?? 'unknown'
    states.set(state, (states.get(state) ?? 0) + 1)
  }
  const counts = rowKinds.map((kind) => [`${kind}s`, context.rows(kind).length])
  return { ...Object.fromEntries(values), ...Object.fromEntries(counts), serverStates: Object.fromEntries(states) }
}

function newestOf({ history, view }: Facts, field: string): number | null {
  return orNull(history.value({ key: daemonKey, field }, view?.snapshot ?? 0))
}
