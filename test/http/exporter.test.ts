import { beforeAll, describe, expect, it } from 'vitest'
import { rowKinds } from '../../packages/process/src/http/live/view.ts'
import { derivedNames, spreadNames } from '../../packages/process/src/http/metrics/derived-names.ts'
import { infoMetrics } from '../../packages/process/src/http/metrics/info-metrics.ts'
import { statMetrics, statMetricsOf, statName } from '../../packages/process/src/http/metrics/stat-metrics.ts'
import type { ParsedFamily } from '../support/exposition.ts'
import { type Haproxy, type PortOf, startHaproxy } from '../support/haproxy.ts'
import { richProxies } from '../support/rich-proxies.ts'
import { until } from '../support/until.ts'
import { type Difference, higher, lower, moving, onlyHere, onlyInExporter } from './exporter-differences.ts'
import { exported, type Meeting, ours, recordedExporters, recordedMeeting, samplesOf } from './exporter-meeting.ts'

const proxies = (port: PortOf) => `
frontend exporter
  bind 127.0.0.1:${port('exporter')}
  http-request use-service prometheus-exporter
${richProxies(port, {
  binds: `  bind 127.0.0.1:${port('www')} name first
  bind 127.0.0.1:${port('www2')} name second`,
  servers: `  server up 127.0.0.1:${port('echo')} check inter 60s maxconn 20 maxqueue 30 weight 10 slowstart 10s pool-max-conn 7
  server wrong 127.0.0.1:${port('teapot')} check inter 60s fall 1
  server refused 127.0.0.1:1 check inter 60s fall 1
  server backup 127.0.0.1:${port('echo')} backup
  server maintained 127.0.0.1:${port('echo')} check inter 60s
  server drained 127.0.0.1:${port('echo')} check inter 60s
  server unchecked 127.0.0.1:${port('echo')}
  server agented 127.0.0.1:${port('echo')} agent-check agent-port 1 agent-inter 60s`,
})}`

async function traffic(haproxy: Haproxy): Promise<void> {
  for (const path of ['/', '/', '/here', '/denied', '/missing', '/cached']) {
    for (const port of ['www', 'www2', 'tcp']) {
      const answer = await fetch(`http://127.0.0.1:${haproxy.port(port)}${path}`, { headers: { connection: 'close' } })
      await answer.arrayBuffer()
    }
  }
}

const state = (families: readonly ParsedFamily[], server: string) =>
  families
    .find(({ name }) => name === 'haproxy_server_status')
    ?.samples.find(({ labels, value }) => labels['server'] === server && value === '1')?.labels['state']

async function asked(haproxy: Haproxy): Promise<ParsedFamily[]> {
  return ours(await haproxy.ask('show info'), await haproxy.ask('show stat'))
}

/** With a HAProxy that runs here. */
async function meet(): Promise<Meeting> {
  const haproxy = await startHaproxy({
    config: proxies,
    level: 'admin',
    global: '  node somewhere\n  maxconn 321\n  max-spread-checks 100ms',
    stopWithTest: false,
  })
  try {
    await until('all servers checked', async () => {
      const families = await asked(haproxy)
      const checks = families.find(({ name }) => name === 'haproxy_server_check_status')?.samples ?? []
      return checks.filter(({ value }) => value === '1').length === 7
    })
    await haproxy.ask('set server app/maintained state maint')
    await haproxy.ask('set server app/drained state drain')
    await traffic(haproxy)
    const before = await asked(haproxy)
    const answer = await fetch(`http://127.0.0.1:${haproxy.port('exporter')}/metrics`)
    const exporter = exported(await answer.text())
    return { exporter, before, after: await asked(haproxy) }
  } finally {
    await haproxy.stop()
  }
}

const has = (differences: readonly Difference[], name: string) => differences.some(({ metrics }) => metrics.test(name))

const names = (families: readonly ParsedFamily[]) => families.map(({ name }) => name)

/** By the release; that of the HAProxy that runs here is `installed`. */
const meetings = new Map<string, Meeting>()

describe.each(['installed', ...recordedExporters])("HAProxy's own exporter, %s", (release) => {
  let meeting: Meeting
  beforeAll(async () => {
    meeting = release === 'installed' ? await meet() : recordedMeeting(release)
    meetings.set(release, meeting)
  })

  it('has said much', () => expect(meeting.exporter.length).toBeGreaterThan(180))

  it('names no metric that we do not, and gives each the same type', () => {
    const types = (families: readonly ParsedFamily[]) => families.map(({ name, type }) => `${name} ${type}`)
    const here = new Set(types(meeting.before))
    const missing = meeting.exporter.filter(({ name }) => !has(onlyInExporter, name))
    expect(types(missing).filter((line) => !here.has(line))).toEqual([])
  })

  it('has no sample that we do not, with the labels in the same order', () => {
    const here = samplesOf(meeting.before)
    const missing = [...samplesOf(meeting.exporter)].filter(
      ([key, { name }]) => !here.has(key) && !has(onlyInExporter, name),
    )
    expect(missing).toEqual([])
  })

  it('has every sample that we have, but for what is listed', () => {
    const there = samplesOf(meeting.exporter)
    const known = new Set([
      ...statMetrics.filter((metric) => metric.ours).map(({ name }) => name),
      ...infoMetrics.filter((metric) => metric.ours).map(({ name }) => name),
    ])
    const derived = new Set([...derivedNames, ...spreadNames].map(({ name }) => name))
    const more = [...samplesOf(meeting.before)].filter(([key, { name }]) => {
      const short = name.replace(/^haproxy_[a-z]+_/, '')
      return !there.has(key) && !has(onlyHere, name) && !known.has(short) && !derived.has(name)
    })
    expect(more).toEqual([])
  })

  it('has none of those that we call ours', () => {
    const there = new Set(names(meeting.exporter))
    const mine = [
      ...rowKinds.flatMap((kind) => statMetricsOf(kind).flatMap((of) => (of.ours ? [statName(kind, of)] : []))),
      ...infoMetrics.flatMap((of) => (of.ours ? [`haproxy_process_${of.name}`] : [])),
    ]
    expect(mine.filter((name) => there.has(name))).toEqual([])
  })

  it('has the same values', () => {
    const before = samplesOf(meeting.before)
    const after = samplesOf(meeting.after)
    const wrong = [...samplesOf(meeting.exporter)].flatMap(([key, { name, value }]) => {
      const [one, other] = [before.get(key)?.value, after.get(key)?.value]
      if (one === undefined || other === undefined || has(moving, name)) return []
      const least = has(lower, name) ? 0 : Math.min(one, other)
      const most = has(higher, name) ? Number.POSITIVE_INFINITY : Math.max(one, other)
      // The exporter prints six decimals.
      const fits = value >= least - 1e-6 && value <= most + 1e-6
      return fits ? [] : [{ key, exporter: value, before: one, after: other }]
    })
    expect(wrong).toEqual([])
  })
})

describe('the comparison', () => {
  it('was of servers in all states', () => {
    const { exporter } = meetings.get('installed') as Meeting
    const states = ['up', 'wrong', 'refused', 'maintained', 'drained', 'unchecked'].map((server) =>
      state(exporter, server),
    )
    expect(states).toEqual(['UP', 'DOWN', 'DOWN', 'MAINT', 'DRAIN', 'UP'])
  })

  it('was of releases from 2.6 to 3.4', () =>
    expect([...meetings.keys()]).toEqual(['installed', '3.0.0', '3.3.0', '3.4.0']))

  it('needs every difference that is listed', () => {
    const there = [...meetings.values()].flatMap(({ exporter }) => names(exporter))
    const here = [...meetings.values()].flatMap(({ before }) => names(before))
    const found = (all: readonly string[], { metrics }: Difference) => all.some((name) => metrics.test(name))
    expect(onlyInExporter.filter((one) => !found(there, one))).toEqual([])
    expect([...onlyHere, ...moving, ...lower, ...higher].filter((one) => !found(here, one))).toEqual([])
  })
})
