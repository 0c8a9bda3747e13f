import { counted } from '@haproxystats/core'
import { type Finding, type Rule, rule } from './problem.ts'
import type { RuleContext } from './rule-context.ts'
import { listed, percent, rounded } from './words.ts'

/** From which share on it is said that a limit is near, and that it is reached. */
export const nearLimit = 0.8
const atLimit = 1

/** From which share of responses on 5xx are said, from which on they are bad, and how many a second there must be. */
const failureShare = { some: 0.05, many: 0.25, least: 0.1 } as const

const responses = ['hrsp_1xx', 'hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx', 'hrsp_5xx', 'hrsp_other'].map((name) => `${name}/s`)

/** The processes that see a row down, when others see it up. */
function part(context: RuleContext, index: number): { names: readonly string[]; of: number } | undefined {
  const names = context.downFor(index)
  const of = context.row(index).sources.length
  return names !== undefined && names.length > 0 && names.length < of ? { names, of } : undefined
}

function isDownEverywhere(context: RuleContext, index: number): boolean {
  return context.state(index) === 'DOWN' && part(context, index) === undefined
}

/** The states of servers, by how many are in each. */
function statesOf(context: RuleContext, servers: readonly number[]): string {
  const counts = new Map<string, number>()
  for (const index of servers) {
    const state = context.state(index) ?? 'unknown'
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ')
}

const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

function* backendsDown(context: RuleContext): Generator<Finding> {
  const servers = context.serversByProxy
  for (const index of context.rows('backend')) {
    if (!isDownEverywhere(context, index)) continue
    const its = servers.get(context.row(index).pxname) ?? []
    const detail =
      its.length === 0 ? 'it has no servers' : `${counted(its.length, 'server')}: ${statesOf(context, its)}`
    const title = `Backend ${context.name(index)} has no usable server`
    yield { key: context.key(index), title, detail, since: context.changed(index) }
  }
}

/** One of each backend that is not down itself. */
function* serversIn(
  context: RuleContext,
  isMeant: (index: number) => boolean,
  sentence: (count: number, of: number, proxy: string) => string,
): Generator<Finding> {
  const down = new Set<string>()
  for (const index of context.rows('backend')) {
    if (isDownEverywhere(context, index)) down.add(context.row(index).pxname)
  }
  for (const [pxname, servers] of context.serversByProxy) {
    const meant = down.has(pxname) ? [] : servers.filter(isMeant)
    const [first] = meant
    if (first === undefined) continue
    const key = meant.length === 1 ? context.key(first) : `b:${pxname}`
    const names = meant.map((index) => `${context.row(index).svname} (${context.status(index)})`)
    const since = earliest(meant.map((index) => context.changed(index)))
    yield { key, title: sentence(meant.length, servers.length, pxname), detail: listed(names), since }
  }
}

function serversDown(context: RuleContext): Iterable<Finding> {
  return serversIn(
    context,
    (index) => isDownEverywhere(context, index),
    (count, of, proxy) => `${count} of ${counted(of, 'server')} of ${proxy} ${count === 1 ? 'is' : 'are'} down`,
  )
}

function* partlyDown(context: RuleContext): Generator<Finding> {
  for (const kind of ['backend', 'server'] as const) {
    for (const index of context.rows(kind)) {
      const found = context.state(index) === 'DOWN' ? part(context, index) : undefined
      if (found === undefined) continue
      const title = `${context.name(index)} is down for ${found.names.length} of ${found.of} processes`
      const detail = `down for ${listed(found.names)}, others see it up`
      yield { key: context.key(index), title, detail, since: context.changed(index) }
    }
  }
}

function failingChecks(context: RuleContext): Iterable<Finding> {
  return serversIn(
    context,
    (index) => context.state(index) === 'UP going down',
    (count, _of, proxy) => `${counted(count, 'server')} of ${proxy} ${count === 1 ? 'fails its' : 'fail their'} checks`,
  )
}

/** Free slots of a server-template are in maintenance too, and have never had a session. */
function maintenance(context: RuleContext): Iterable<Finding> {
  const states = ['MAINT', 'DRAIN', 'NOLB']
  return serversIn(
    context,
    (index) => states.includes(context.state(index) ?? '') && context.number(index, 'stot') > 0,
    (count, of, proxy) =>
      `${count} of ${counted(of, 'server')} of ${proxy} ${count === 1 ? 'takes' : 'take'} no new traffic`,
  )
}

function* closedFrontends(context: RuleContext): Generator<Finding> {
  for (const index of context.rows('frontend')) {
    const [status, state] = [context.status(index), context.state(index)]
    if (status === '' || state === 'UP') continue
    const key = context.key(index)
    const since = context.since(key, 'status', (value) => value > 1)
    yield { key, title: `Frontend ${context.name(index)} is not open`, detail: `its status is ${status}`, since }
  }
}

function* queues(context: RuleContext): Generator<Finding> {
  for (const index of context.rows('backend')) {
    const queued = context.number(index, 'qcur')
    if (!(queued > 0)) continue
    const key = context.key(index)
    const since = context.since(key, 'qcur', (value) => value > 0)
    const qtime = context.number(index, 'qtime')
    const detail = qtime >= 0 ? `the last ones waited ${rounded(qtime)} ms` : 'all servers are at their limit'
    const title = `${counted(queued, 'request')} in the queue of ${context.name(index)}`
    yield { key, title, detail, since }
  }
}

function* sessionLimits(context: RuleContext, from: number, to: number, word: string): Generator<Finding> {
  for (const kind of ['frontend', 'server'] as const) {
    for (const index of context.rows(kind)) {
      const [scur, slim] = [context.number(index, 'scur'), context.number(index, 'slim')]
      if (!(slim > 0 && scur / slim >= from && scur / slim < to)) continue
      const key = context.key(index)
      const since = context.since(key, 'scur', (value) => value / slim >= from)
      const title = `${context.name(index)} ${word} its limit of sessions`
      yield { key, title, detail: `${scur} of ${slim} (${percent(scur / slim)})`, since }
    }
  }
}

function* failures(context: RuleContext, from: number, to: number): Generator<Finding> {
  // What backends fail at, their frontends report too.
  for (const kind of ['backend', 'frontend'] as const) {
    let found = false
    for (const index of context.rows(kind)) {
      const rate = context.number(index, 'hrsp_5xx/s')
      if (!(rate >= failureShare.least)) continue
      const all = responses.reduce((sum, name) => sum + (context.number(index, name) || 0), 0)
      if (!(rate / all >= failureShare.some)) continue
      found = true
      if (!(rate / all >= from && rate / all < to)) continue
      const key = context.key(index)
      const since = context.since(key, 'hrsp_5xx/s', (value) => value >= failureShare.least)
      const title = `${percent(rate / all)} of the responses of ${context.name(index)} are 5xx`
      yield { key, title, detail: `${rounded(rate)} of ${rounded(all)} a second`, since }
    }
    if (found) return
  }
}

/** About the rows of `show stat`; within a severity the most important first. */
export const rowRules: readonly Rule[] = [
  rule('backend-down', 'critical', 'A backend has no server that takes traffic, for any process.', backendsDown),
  rule('failures-many', 'critical', 'A quarter of the responses or more are 5xx.', (context) =>
    failures(context, failureShare.many, Number.POSITIVE_INFINITY),
  ),
  rule('session-limit', 'critical', 'A frontend or server has as many sessions as it may have.', (context) =>
    sessionLimits(context, atLimit, Number.POSITIVE_INFINITY, 'is at'),
  ),
  rule('partly-down', 'warning', 'Part of the processes see a server or backend down.', partlyDown),
  rule('servers-down', 'warning', 'Servers of a backend that has others are down.', serversDown),
  rule('queue', 'warning', 'Requests wait for a server.', queues),
  rule('failures', 'warning', '5 % of the responses or more are 5xx.', (context) =>
    failures(context, failureShare.some, failureShare.many),
  ),
  rule('session-limit-near', 'warning', 'A frontend or server has 80 % of the sessions it may have.', (context) =>
    sessionLimits(context, nearLimit, atLimit, 'is near'),
  ),
  rule('failing-checks', 'warning', 'A server fails its checks and is not down yet.', failingChecks),
  rule('frontend-closed', 'warning', 'A frontend is stopped, paused or full.', closedFrontends),
  rule('maintenance', 'info', 'Servers are in maintenance or drained.', maintenance),
]
