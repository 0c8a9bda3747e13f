import { type Info, infoNumber } from '@haproxystats/haproxy'
import { shownNames } from '../live/source-names.ts'
import { processKey } from '../trend/collect.ts'
import { type Finding, type Rule, rule } from './problem.ts'
import { nearLimit } from './row-rules.ts'
import type { RuleContext } from './rule-context.ts'
import { duration, listed, percent, rounded } from './words.ts'

/** Percent; seconds. */
const limits = {
  cpu: 90,
  connections: 0.95,
  stopping: 600,
  /** A process that vanished longer ago is not reported as missing. */
  missing: 3600,
  young: 300,
} as const

/** A process that was asked and has not answered, or that vanished without a successor. */
export interface Missing {
  readonly name: string
  readonly reason: string
  readonly since: number | undefined
}

export function missingProcesses({ view, facts: { history } }: RuleContext): Missing[] {
  const reports = view.pull?.sources ?? []
  const failed = reports.filter(({ result }) => result === 'failed')
  // Its process is read at another source, so nothing is missing although its name no longer has an answer.
  const duplicates = reports.filter(({ result }) => result === 'duplicate')
  const silent = view.sources.filter(({ answered }) => !answered)
  // The manifest has the names of files, the view those that are shown.
  const names = shownNames([...failed, ...duplicates, ...view.sources].map(({ name }) => name))
  const known = new Set(names)
  const missing: Missing[] = failed.map(({ error }, index) => {
    const name = names[index] as string
    return { name, reason: error ?? 'it did not answer', since: seen(name) }
  })
  for (const { name } of silent) {
    if (!missing.some((other) => other.name === name))
      missing.push({ name, reason: 'no answer to show stat', since: undefined })
  }
  return [...missing, ...gone(known)]

  function seen(name: string): number | undefined {
    return history.lifetime(processKey(name))?.seen
  }

  /** Processes that vanished without having been stopping, less as many as have appeared since. */
  function gone(there: ReadonlySet<string>): Missing[] {
    const names = history.keys('process').map((key) => key.slice(2))
    const left = names.filter((name) => {
      const age = view.snapshot - (seen(name) ?? 0)
      if (there.has(name) || age <= 0 || age > limits.missing) return false
      return history.since({ key: processKey(name), field: 'Stopping' }, (value) => value > 0) === undefined
    })
    const oldest = Math.min(...left.map((name) => seen(name) ?? 0))
    const come = view.sources.filter(({ name }) => (history.lifetime(processKey(name))?.since ?? 0) > oldest).length
    const unreplaced = left
      .sort((one, other) => (seen(other) ?? 0) - (seen(one) ?? 0))
      .slice(0, Math.max(0, left.length - come))
    return unreplaced.map((name) => ({
      name,
      reason: 'its socket is gone, or no process listens on it',
      since: seen(name),
    }))
  }
}

function* notAnswering(context: RuleContext): Generator<Finding> {
  for (const { name, reason, since } of missingProcesses(context)) {
    yield { key: processKey(name), title: `Process ${name} is missing`, detail: reason, since }
  }
  const { pull } = context.view
  if (pull === undefined || pull.complete || pull.sources.some(({ result }) => result === 'failed')) return
  const detail = 'not all sources could be found; the log of haproxystats-pull says why'
  yield { key: 'sources', title: 'A process may be missing', detail }
}

/** Applies a check to the `show info` of each process. */
function* each(
  { view }: RuleContext,
  find: (info: Info, name: string, key: string) => Finding | undefined,
): Generator<Finding> {
  for (const { name, info } of view.sources) {
    const finding = info && find(info, name, processKey(name))
    if (finding !== undefined) yield finding
  }
}

function busy(context: RuleContext): Iterable<Finding> {
  return each(context, (info, name, key) => {
    const usage = 100 - infoNumber(info, 'Idle_pct')
    if (!(usage >= limits.cpu)) return undefined
    const since = context.since(key, 'CpuUsagePct', (value) => value >= limits.cpu)
    const threads = info.get('Nbthread') ?? '1'
    return {
      key,
      title: `Process ${name} is busy ${rounded(usage)} % of the time`,
      detail: `${threads} threads`,
      since,
    }
  })
}

function connections(context: RuleContext, from: number, to: number, word: string): Iterable<Finding> {
  return each(context, (info, name, key) => {
    const [current, most] = [infoNumber(info, 'CurrConns'), infoNumber(info, 'Maxconn')]
    if (!(most > 0 && current / most >= from && current / most < to)) return undefined
    const since = context.since(key, 'CurrConns', (value) => value / most >= from)
    const detail = `${current} of ${most} (${percent(current / most)})`
    return { key, title: `Process ${name} ${word} its limit of connections`, detail, since }
  })
}

function* stopping(context: RuleContext): Generator<Finding> {
  for (const { name, info, stopping: isStopping } of context.view.sources) {
    const key = processKey(name)
    const since = context.since(key, 'Stopping', (value) => value > 0)
    const seconds = context.view.snapshot - since
    if (!isStopping || seconds < limits.stopping) continue
    const left = info?.get('CurrConns') ?? 'some'
    yield {
      key,
      title: `Process ${name} has been stopping for ${duration(seconds)}`,
      detail: `${left} connections are still open`,
      since,
    }
  }
}

function started(context: RuleContext): Iterable<Finding> {
  return each(context, (info, name, key) => {
    const uptime = infoNumber(info, 'Uptime_sec')
    if (!(uptime < limits.young)) return undefined
    const since = Math.round(context.view.snapshot - uptime)
    return { key, title: `Process ${name} has started`, detail: `${duration(uptime)} before the snapshot`, since }
  })
}

function* releases({ view }: RuleContext): Generator<Finding> {
  const found = new Set(
    view.sources.flatMap(({ info, stopping: isStopping }) => (isStopping ? [] : (info?.get('Version') ?? []))),
  )
  if (found.size < 2) return
  yield { key: 'daemon', title: `Processes of ${found.size} releases of HAProxy run`, detail: listed([...found]) }
}

/** About the processes of HAProxy. */
export const processRules: readonly Rule[] = [
  rule('process-missing', 'critical', 'A process did not answer, or went without another in its place.', notAnswering),
  rule('connection-limit', 'critical', 'A process has 95 % of the connections it may have.', (context) =>
    connections(context, limits.connections, Number.POSITIVE_INFINITY, 'is at'),
  ),
  rule('connection-limit-near', 'warning', 'A process has 80 % of the connections it may have.', (context) =>
    connections(context, nearLimit, limits.connections, 'is near'),
  ),
  rule('busy', 'warning', 'A process is busy 90 % of the time or more.', busy),
  rule('stopping', 'warning', 'A process has been stopping for ten minutes.', stopping),
  rule('started', 'info', 'A process has started in the last five minutes.', started),
  rule('releases', 'info', 'Processes of several releases of HAProxy run.', releases),
]
