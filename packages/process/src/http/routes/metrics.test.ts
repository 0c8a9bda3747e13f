import { describe, expect, it } from 'vitest'
import { answerMetrics, factsWith } from '../../../../../test/http/answer-metrics.ts'
import { type ParsedSample, parseExposition } from '../../../../../test/support/exposition.ts'
import { goldenSnapshots, release } from '../../../../../test/support/recorded.ts'
import { ViewBuilder, snapshotView as viewOf } from '../../../../../test/support/snapshot-view.ts'
import { infoAnswer, statAnswer } from '../../../../../test/support/stat-answer.ts'
import type { View } from '../live/view.ts'
import { metrics } from './metrics.ts'

function samples(view: View | undefined, query = '', status = {}): ParsedSample[] {
  const { status: code, body } = answerMetrics({ view, status }, query)
  expect(code).toBe(200)
  return parseExposition(body, 'text').flatMap((family) => family.samples)
}

/** Samples of a metric as `labels value`. */
const shown = (found: readonly ParsedSample[], name: string) =>
  found
    .filter((sample) => sample.name === name)
    .map(({ labels, value }) => `${Object.values(labels).join(' ')} ${value}`.trim())

const prefixes = (found: readonly ParsedSample[]) => [
  ...new Set(found.map(({ name }) => /^[a-z]+(_[a-z]+)?/.exec(name)![0])),
]

const columns = ['pxname', 'svname', 'status', 'type', 'mode', 'stot', 'rtime', 'check_status', 'hrsp_2xx', 'act']
const proxies = (...servers: readonly (readonly [name: string, status: string, check: string])[]) => ({
  info: infoAnswer({ Version: '2.6.1', Maxconn: 100, CurrConns: 7, Idle_pct: 90, Nbthread: 1 }),
  stat: statAnswer(columns, [
    ['www', 'FRONTEND', 'OPEN', '0', 'http', '18446744073709551000', '', '', '5', ''],
    ['raw', 'FRONTEND', 'STOP', '0', 'tcp', '3', '', '', '0', ''],
    ...servers.map(([name, status, check]) => ['app', name, status, '2', 'http', '4', '1500', check, '4', '1']),
    ['app', 'BACKEND', 'UP', '1', 'http', '8', '1500', '', '8', '2'],
  ]),
})

const oneOfEach = viewOf({
  lb1: proxies(
    ['up', 'UP', 'L7OK'],
    ['going', 'UP 1/3', '* L4TOUT'],
    ['down', 'DOWN (agent)', 'L4CON'],
    ['maintained', 'MAINT (via app/up)', ''],
    ['drained', 'DRAIN', 'L7OK'],
    ['soft', 'NOLB 1/2', 'L7STS'],
    ['unchecked', 'no check', ''],
    ['odd', 'HIBERNATING', 'INI'],
  ),
})

describe('what is said of sources', () => {
  const report = (name: string, result: 'answered' | 'failed' | 'stale') => {
    return { name, source: `unix:///${name}`, result, seconds: 0, bytes: 0, retries: 0 }
  }

  it('is which of those that were asked have answered', () => {
    const sources = [report('lb1.sock', 'answered'), report('lb2.sock', 'failed'), report('old.sock', 'stale')]
    const view = { ...oneOfEach, pull: { seconds: 1, complete: false, sources } }
    expect(shown(samples(view), 'haproxystats_source_up')).toEqual(['lb1 1', 'lb2 0'])
    expect(shown(samples(undefined), 'haproxystats_source_up')).toEqual([])
  })
})

describe('what is said of rows', () => {
  const found = samples(oneOfEach)
  const inState = (name: string) =>
    found
      .filter((sample) => sample.name === name && sample.value === '1')
      .map(({ labels }) => `${labels['server']} ${labels['state']}`)

  it('is their state, when it is one', () => {
    const states = ['up UP', 'going UP', 'down DOWN', 'maintained MAINT', 'drained DRAIN', 'soft NOLB', 'unchecked UP']
    expect(inState('haproxy_server_status')).toEqual(states)
    expect(shown(found, 'haproxy_server_status')).toHaveLength(5 * states.length)
    expect(shown(found, 'haproxy_frontend_status')).toEqual(['www DOWN 0', 'www UP 1', 'raw DOWN 1', 'raw UP 0'])
  })

  it('is how their last check ended, also while one goes on', () => {
    const checks = ['up L7OK', 'going L4TOUT', 'down L4CON', 'drained L7OK', 'soft L7STS']
    expect(inState('haproxy_server_check_status')).toEqual(checks)
    expect(shown(found, 'haproxy_server_check_status')).toHaveLength(16 * (checks.length + 1))
  })

  it('is how many servers of a backend are in each state', () => {
    const counts = ['app DOWN 1', 'app UP 3', 'app MAINT 1', 'app DRAIN 1', 'app NOLB 1']
    expect(shown(found, 'haproxy_backend_agg_server_status')).toEqual(counts)
    expect(shown(found, 'haproxy_backend_agg_server_check_status')).toEqual(counts)
    const checks = shown(found, 'haproxy_backend_agg_check_status').filter((line) => !line.endsWith(' 0'))
    expect(checks).toEqual(['app L4TOUT 1', 'app L4CON 1', 'app L7OK 2', 'app L7STS 1'])
  })

  it('is in seconds, with every digit, and by the mode of the proxy', () => {
    expect(shown(found, 'haproxy_server_response_time_average_seconds')[0]).toBe('app up 1.5')
    expect(shown(found, 'haproxy_frontend_sessions_total')).toEqual(['www 18446744073709551000', 'raw 3'])
    expect(shown(found, 'haproxy_frontend_http_responses_total')).toEqual(['www 2xx 5'])
  })

  it('leaves out servers in maintenance when asked to, but counts them', () => {
    const without = samples(oneOfEach, 'no-maint')
    const servers = (all: readonly ParsedSample[]) => new Set(all.map(({ labels }) => labels['server']))
    expect(servers(found).has('maintained')).toBe(true)
    expect(servers(without).has('maintained')).toBe(false)
    expect(servers(without).size).toBe(servers(found).size - 1)
    expect(shown(without, 'haproxy_backend_agg_server_status')).toContain('app MAINT 1')
  })

  it('counts no servers when HAProxy was asked to leave some out', () => {
    const pull = { seconds: 0, complete: true, leftOut: ['maint'], sources: [] }
    expect(shown(samples({ ...oneOfEach, pull }), 'haproxy_backend_agg_server_status')).toEqual([])
    expect(
      shown(samples({ ...oneOfEach, pull: { ...pull, leftOut: ['listeners'] } }), 'haproxy_backend_agg_server_status'),
    ).toHaveLength(5)
  })
})

describe('of several processes', () => {
  const { path } = goldenSnapshots.find((snapshot) => snapshot.case.startsWith('nbproc4'))!
  const view = new ViewBuilder().build(path, 1_700_000_000)
  const sum = (field: string) => view.sources.reduce((total, { info }) => total + Number(info?.get(field)), 0)

  it('there is the sum, the mean and how far they are apart', () => {
    const found = samples(view)
    expect(shown(found, 'haproxy_process_connections_total')).toEqual([String(sum('CumConns'))])
    expect(Number(shown(found, 'haproxy_process_idle_time_percent')[0])).toBeCloseTo(sum('Idle_pct') / 4, 9)
    expect(Number(shown(found, 'haproxy_process_cpu_usage_percent')[0])).toBeCloseTo(100 - sum('Idle_pct') / 4, 9)
    expect(shown(found, 'haproxy_process_cpu_usage_spread_percent')).toHaveLength(5)
    expect(shown(found, 'haproxy_process_cpu_usage_deviation_percent')).toHaveLength(1)
    expect(shown(found, 'haproxy_process_build_info')).toHaveLength(1)
    expect(found.filter(({ labels }) => 'process' in labels)).toEqual([])
  })

  it('there is each when asked for, with a label, and no sum beside it', () => {
    const found = samples(view, 'process=*&scope=global')
    const names = view.sources.map(({ name }) => name)
    expect(shown(found, 'haproxy_process_connections_total')).toEqual(
      view.sources.map(({ name, info }) => `${name} ${info?.get('CumConns')}`),
    )
    expect(new Set(found.map(({ labels }) => labels['process']))).toEqual(new Set(names))
    const two = samples(view, `process=${names[2]}&process=${names[0]}&scope=global`)
    expect(new Set(two.map(({ labels }) => labels['process']))).toEqual(new Set([names[0], names[2]]))
  })

  it('an unknown one is not found, with the nearest name', () => {
    const answer = answerMetrics({ view }, 'process=admin9')
    expect(answer.status).toBe(404)
    expect(answer.body).toMatch(/^no process "admin9" has a show info in the newest snapshot; did you mean admin/)
  })

  it('the worst state counts, and each release is told', () => {
    const [good, bad] = [proxies(['one', 'UP', 'L7OK']), proxies(['one', 'DOWN', 'L4CON'])]
    const found = samples(viewOf({ lb1: good, lb2: { ...bad, info: String(bad.info).replace('2.6.1', '2.8.3') } }))
    expect(shown(found, 'haproxy_server_status')).toContain('app one DOWN 1')
    expect(shown(found, 'haproxy_backend_agg_server_status').slice(0, 2)).toEqual(['app DOWN 1', 'app UP 0'])
    expect(shown(found, 'haproxy_process_build_info').sort()).toEqual(['2.6.1 1', '2.8.3 1'])
  })
})

describe('descriptions', () => {
  const info = (pid: number, description: string) =>
    Buffer.from(`Name: HAProxy\nVersion: 3.4.0\nPid: ${pid}\nnode: Köln\ndescription: ${description}\n\n`)
  const { stat } = proxies(['one', 'UP', 'L7OK'])
  const view = viewOf({ lb1: { info: info(1, 'größte'), stat }, lb2: { info: info(2, 'kleinste'), stat } })
  const texts = (query: string) =>
    ['node', 'description', 'build_info'].map((name) => shown(samples(view, query), `haproxy_process_${name}`))

  it('are as they are configured, each once', () => {
    expect(texts('')).toEqual([['Köln 1'], ['größte 1', 'kleinste 1'], ['3.4.0 1']])
  })

  it('are a label of what is said of the process, when asked for', () => {
    const each = samples(view, 'desc-labels&process=*&scope=global')
    expect(each.every(({ labels }) => labels['desc'] === (labels['process'] === 'lb1' ? 'größte' : 'kleinste'))).toBe(
      true,
    )
    expect(Object.keys(each[0]?.labels ?? {})).toEqual(['process', 'node', 'desc'])
    expect(texts('desc-labels')[0]).toEqual(['Köln größte 1', 'Köln kleinste 1'])
    expect(samples(view, 'desc-labels&scope=server').filter(({ labels }) => 'desc' in labels)).toEqual([])
  })
})

describe('what is asked for', () => {
  const view = viewOf({ lb1: release('2.6.12-debian') })

  it.each([
    [
      '',
      ['haproxy_process', 'haproxy_frontend', 'haproxy_listener', 'haproxy_backend', 'haproxy_server', 'haproxystats'],
    ],
    ['scope=server&scope=global', ['haproxy_process', 'haproxy_server']],
    ['scope=haproxystats', ['haproxystats']],
    ['scope=*&scope=', []],
    ['scope=sticktable', []],
    ['metrics=haproxy_server_status,haproxy_backend_status', ['haproxy_backend', 'haproxy_server']],
  ])('%s', (query, expected) => {
    const found = prefixes(samples(view, query)).map((prefix) => prefix.replace(/^haproxystats.*/, 'haproxystats'))
    expect([...new Set(found)]).toEqual(expected)
  })

  it('is whole metrics by their names', () => {
    const names = (query: string) => [...new Set(samples(view, query).map(({ name }) => name))]
    expect(names('metrics=haproxy_server_status,haproxystats_queue_snapshots')).toEqual(['haproxy_server_status'])
    const all = names('')
    expect(names('metrics=-haproxy_server_check_status')).toEqual(
      all.filter((name) => name !== 'haproxy_server_check_status'),
    )
  })

  it('is the counters of modules only on request, as HAProxy calls them', () => {
    const counters = (query: string) => samples(view, query).filter(({ labels }) => 'mod' in labels)
    expect(counters('')).toEqual([])
    const found = counters('extra-counters')
    expect(new Set(found.map(({ labels }) => labels['mod']))).toContain('h2')
    expect(found.find(({ name }) => name === 'haproxy_frontend_h2_headers_rcvd')?.labels).toMatchObject({ mod: 'h2' })
  })

  it('is refused with a sentence when it cannot be', () => {
    expect(answerMetrics({ view }, 'scope=listners')).toMatchObject({
      status: 400,
      body: expect.stringMatching(/^\/metrics has no scope "listners", did you mean listener; there are: .*\n$/),
    })
  })

  it('is what it is without a parameter that nobody knows', () => {
    expect(answerMetrics({ view }, 'scope=server&nonsense=1').body).toBe(answerMetrics({ view }, 'scope=server').body)
  })

  it('is made once a snapshot, unless it is of the program alone', () => {
    expect(answerMetrics({ view }).perSnapshot).toBe(true)
    expect(answerMetrics({ view }, 'scope=haproxystats').perSnapshot).toBe(false)
    expect(answerMetrics({}).perSnapshot).toBe(false)
  })

  it('is nothing under another path', () => {
    const request = { format: '', query: new URLSearchParams(), accept: '' }
    for (const segments of [[], ['metric'], ['metrics', 'x']]) {
      expect(metrics.answer({ ...request, segments }, factsWith({}))).toBeUndefined()
    }
  })
})

describe('haproxystats itself', () => {
  const status = {
    start: '2026-01-01T00:00:00.500Z',
    queueSize: 2,
    oldest: 20,
    snapshots: { taken: 10, delivered: 7, waiting: 2, quarantined: 1, vanished: 0 },
    dispatchers: {
      graphite: { state: 'failing', waiting: 2, retries: 3 },
      files: { state: 'idle', waiting: 0, retries: 0 },
    },
    workers: { configured: 2, threads: [{ id: 1 }], replaced: 1 },
  }

  it('tells of its queue, its destinations and its workers, before there is a snapshot, too', () => {
    const found = samples(undefined, '', status)
    expect(shown(found, 'haproxystats_queue_snapshots')).toEqual(['2'])
    expect(shown(found, 'haproxystats_queue_oldest_seconds')).toEqual(['20'])
    expect(shown(found, 'haproxystats_snapshots_delivered_total')).toEqual(['7'])
    expect(shown(found, 'haproxystats_dispatcher_up')).toEqual(['graphite 0', 'files 1'])
    expect(shown(found, 'haproxystats_dispatcher_retries_total')).toEqual(['graphite 3', 'files 0'])
    expect(shown(found, 'haproxystats_workers')).toEqual(['1'])
    expect(shown(found, 'haproxystats_start_time_seconds')).toEqual(['1767225600.5'])
    expect(shown(found, 'haproxystats_interval_seconds')).toEqual(['10'])
    expect(shown(found, 'haproxystats_snapshot_timestamp_seconds')).toEqual([])
  })

  it('tells of the newest snapshot', () => {
    const found = samples(oneOfEach, 'scope=haproxystats')
    expect(shown(found, 'haproxystats_snapshot_timestamp_seconds')).toEqual(['1700000000'])
    expect(shown(found, 'haproxystats_processes')).toEqual(['1'])
    expect(shown(found, 'haproxystats_complete')).toEqual(['1'])
  })

  it('takes a status without anything in it', () => {
    expect(
      shown(samples(undefined, '', { dispatchers: null, workers: 3, snapshots: 'x' }), 'haproxystats_workers'),
    ).toEqual([])
  })
})
