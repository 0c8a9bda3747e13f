import { type Counts, infoCounters, statCounters } from '@haproxystats/haproxy'
import type { ReadProcess } from './known-process.ts'

/** Requests and sessions, as far as HAProxy counts them for frontends and for the whole process. */
export interface Totals {
  readonly requests: number
  readonly sessions: number
}

const [cumReq, cumConns] = ['CumReq', 'CumConns'].map((name) => infoCounters.indexOf(name)) as [number, number]
const requests = ['h1req', 'h2req', 'h3req'].map((name) => statCounters.indexOf(name))
const [errors, sessions] = ['ereq', 'stot'].map((name) => statCounters.indexOf(name)) as [number, number]

/** How much faster than its mean a process may be while it answers. */
const burst = 10

/** What an object reports. Requests that were no HTTP are counted by frontends alone, so they are left out. */
export function readTotals(counts: Counts): Totals {
  const all = requests.reduce((sum, index) => sum + Number(counts[index] ?? 0), 0)
  return { requests: all - Number(counts[errors] ?? 0), sessions: Number(counts[sessions] ?? 0) }
}

/** What a process has counted itself. These two are its own, wherever the others come from. */
export function ownTotals({ counters: { info } }: ReadProcess): Totals {
  return { requests: Number(info[cumReq] ?? 0), sessions: Number(info[cumConns] ?? 0) }
}

/**
 * How much more the frontends of a process report than the process has counted: requests and sessions of other processes. It is
 * negative otherwise, since HAProxy counts what is asked on its stats sockets, too.
 */
export function measureExcess(process: ReadProcess): Totals {
  const own = ownTotals(process)
  let [requests, sessions] = [-own.requests, -own.sessions]
  const { objects } = process.counters
  for (const key of objects.layout.keys.filter(isFrontend)) {
    const reported = readTotals(objects.get(key) as Counts)
    requests += reported.requests
    sessions += reported.sessions
  }
  return { requests, sessions }
}

export function isFrontend(key: string): boolean {
  return key.startsWith('0\t')
}

/** What a process may count between its answer to `show info` and the end of that to `show stat`. */
export function estimateTolerance(process: ReadProcess): number {
  const own = ownTotals(process)
  return (burst * (own.requests + own.sessions) * process.seconds) / Math.max(1, process.uptime ?? 0)
}
