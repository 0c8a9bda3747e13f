import { counted } from '@haproxystats/core'
import type { PullOutcome, PullState } from '../live/pull-state.ts'
import type { Facts } from '../types/facts.ts'
import { patience, staleness } from '../types/facts.ts'
import { type Finding, type Rule, rule } from './problem.ts'
import { duration } from './words.ts'

/** With more snapshots waiting it is no longer only the one that is being delivered. */
const fewWaiting = 5

/** The members of a dispatcher's status that the rules read; any of them may be missing. */
interface DispatcherStatus {
  readonly state?: unknown
  readonly waiting?: unknown
  readonly reason?: unknown
  readonly oldestUnconfirmed?: unknown
  readonly dropping?: unknown
  readonly dropped?: unknown
}

const numberOr = (value: unknown, other: number): number => (typeof value === 'number' ? value : other)

function dispatchersOf({ status }: Facts): [string, DispatcherStatus][] {
  const { dispatchers } = status
  return typeof dispatchers === 'object' && dispatchers !== null ? Object.entries(dispatchers) : []
}

const isFailing = ({ state }: DispatcherStatus) => state === 'failing'

/** Why a pull published nothing. */
const noneCame: Readonly<Record<PullOutcome, string>> = {
  published: 'haproxystats-pull runs and publishes snapshots, which have not been read yet',
  failed: 'haproxystats-pull runs and cannot publish: is the disk full? its log has the reason',
  'queue-full': 'haproxystats-pull runs and is suspended, because its queue is full',
  'no-source': 'haproxystats-pull runs and finds nothing to read: is HAProxy running? its log says where it looks',
  taken: 'haproxystats-pull runs, and something of the same name is in its queue: do two of it publish there?',
  behind: 'haproxystats-pull runs and waits, because the clock was set back',
  missed: 'haproxystats-pull runs, and does not get to its pulls in time',
}

/** Why there is no new snapshot, by the status file of haproxystats-pull. */
function whyNone({ status, interval, now }: Facts): string {
  const { lastTick, outcome } = (status['pull'] ?? {}) as Partial<PullState>
  const age = now() - Date.parse(lastTick ?? '') / 1000
  if (Number.isNaN(age))
    return 'haproxystats-pull has not pulled yet, or its status file cannot be read: is it running?'
  if (age > patience * interval)
    return `haproxystats-pull pulled ${duration(age)} ago for the last time: is it running?`
  return outcome === undefined ? 'haproxystats-pull runs; its log says what it does' : noneCame[outcome]
}

function* stale(facts: Facts): Generator<Finding> {
  const age = staleness(facts)
  if (age === undefined) return
  const detail = `one is expected every ${facts.interval} s: ${whyNone(facts)}`
  const title = `The newest snapshot is ${duration(age)} old`
  yield { key: 'snapshot', title, detail, since: facts.view?.snapshot }
}

function* failing(facts: Facts): Generator<Finding> {
  for (const [name, status] of dispatchersOf(facts)) {
    if (!isFailing(status)) continue
    const age = numberOr(status.oldestUnconfirmed, Number.NaN)
    const title = `Nothing can be delivered to ${name}`
    const waiting = counted(numberOr(status.waiting, 0), 'snapshot')
    const detail = `${waiting} wait in the queue: ${String(status.reason ?? 'no reason is known')}`
    const since = Number.isNaN(age) ? undefined : Math.round(facts.now() - age)
    yield { key: `dispatcher:${name}`, title, detail, since }
  }
}

function* dropping(facts: Facts): Generator<Finding> {
  for (const [name, { dropping: isDropping, dropped, waiting: its }] of dispatchersOf(facts)) {
    if (isDropping !== true) continue
    const lost = counted(numberOr(dropped, 0), 'snapshot')
    const detail = `its backlog is full, ${numberOr(its, 0)} wait for it; ${lost} lost since the start; other outputs are not affected`
    yield { key: `dispatcher:${name}`, title: `${name} loses snapshots`, detail }
  }
}

function* waiting(facts: Facts): Generator<Finding> {
  const size = numberOr(facts.status['queueSize'], 0)
  if (size <= fewWaiting || dispatchersOf(facts).some(([, status]) => isFailing(status))) return
  const age = numberOr(facts.status['oldest'], Number.NaN)
  const detail = 'they come faster than they are delivered, or a backlog is being delivered'
  const since = Number.isNaN(age) ? undefined : Math.round(facts.now() - age)
  yield { key: 'queue', title: `${counted(size, 'snapshot')} wait for delivery`, detail, since }
}

function* quarantined(facts: Facts): Generator<Finding> {
  const { snapshots } = facts.status
  const count = numberOr((snapshots as { quarantined?: unknown } | undefined)?.quarantined, 0)
  if (count === 0) return
  const detail = 'since the start; the .reason files in quarantine/ say why'
  yield { key: 'quarantine', title: `${counted(count, 'snapshot')} could not be processed`, detail }
}

function noSnapshot(facts: Facts): Finding[] {
  if (facts.view !== undefined) return []
  return [{ key: 'snapshot', title: 'No snapshot has been read yet', detail: whyNone(facts) }]
}

/** About haproxystats itself; these need no snapshot. */
export const programRules: readonly Rule<Facts>[] = [
  rule('no-snapshot', 'critical', 'No snapshot has been read yet.', noSnapshot),
  rule('stale', 'critical', 'The newest snapshot is three intervals old.', stale),
  rule('delivery-failing', 'critical', 'A destination does not take what it is sent.', failing),
  rule('delivery-dropping', 'critical', 'A destination loses snapshots, because more wait for it than may.', dropping),
  rule('queue-growing', 'warning', 'More than five snapshots wait for delivery.', waiting),
  rule('quarantine', 'info', 'Snapshots could not be processed.', quarantined),
]
