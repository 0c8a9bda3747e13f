import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { metrics } from '../../packages/process/src/http/routes/metrics.ts'
import { HttpServer } from '../../packages/process/src/http/server/server.ts'
import type { RouteRequest } from '../../packages/process/src/http/types/route.ts'
import { parseConfiguration } from '../support/configuration.ts'
import { parseExposition } from '../support/exposition.ts'
import { freePort } from '../support/free-port.ts'
import { release, releases } from '../support/recorded.ts'
import { type Answers, snapshotView as viewOf } from '../support/snapshot-view.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { answerMetrics, factsWith } from './answer-metrics.ts'

/** Everything that the status of a running program says. */
const status = {
  start: '2026-01-01T00:00:00.000Z',
  lastScan: '2026-01-02T00:00:00.000Z',
  queueSize: 2,
  oldest: 20,
  snapshots: { taken: 10, delivered: 7, waiting: 2, quarantined: 1, vanished: 0 },
  dispatchers: {
    graphite: {
      state: 'failing',
      waiting: 2,
      snapshots: 7,
      datapoints: 700,
      retries: 3,
      replayed: 1,
      oldestUnconfirmed: 20,
    },
    'local-store': { state: 'idle', waiting: 0, snapshots: 9, datapoints: 900, retries: 0, replayed: 0 },
  },
  workers: { configured: 2, threads: [{ id: 1, utilization: 0.5 }], waiting: 0, replaced: 0 },
}

/** What promtool finds, and why it stays. */
const lint = [
  ...['failed_resolutions', 'total_warnings'].map((name) => ({
    line: `haproxy_process_${name} counter metrics should have "_total" suffix`,
    why: "HAProxy's exporter calls it so",
  })),
  ...['patterns_added_total', 'patterns_freed_total'].map((name) => ({
    line: `haproxy_process_${name} non-counter metrics should not have "_total" suffix`,
    why: "HAProxy's exporter says so",
  })),
]

async function promtool(text: string): Promise<string[]> {
  const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (said += part))
  child.stdin.end(text)
  await once(child, 'close')
  return said.split('\n').filter((line) => line !== '' && !lint.some((known) => known.line === line))
}

describe.each(releases)('what HAProxy $name answered', ({ name, ...answers }) => {
  // Twice, for what there is only of several processes.
  const view = viewOf({ lb1: answers, lb2: answers })

  it('is good for promtool', async () => {
    expect(await promtool(answerMetrics({ view, status }).body)).toEqual([])
  })

  it.each(['text', 'openmetrics'] as const)('is good %s by the letter, with the counters of modules, too', (format) => {
    const families = parseExposition(answerMetrics({ view, status }, 'extra-counters', format).body, format)
    expect(families.length).toBeGreaterThan(100)
  })

  it('is the same in both forms', () => {
    const samples = (format: 'text' | 'openmetrics') =>
      parseExposition(answerMetrics({ view, status }, 'extra-counters', format).body, format).flatMap(
        (family) => family.samples,
      )
    expect(samples('openmetrics')).toEqual(samples('text'))
  })
})

/** Serves `/metrics` of these answers, and remembers the questions. */
async function serve(sources: Readonly<Record<string, Answers>>): Promise<{ port: number; questions: RouteRequest[] }> {
  const questions: RouteRequest[] = []
  const route = {
    ...metrics,
    answer: (request: RouteRequest, facts: Parameters<typeof metrics.answer>[1]) => {
      questions.push(request)
      return metrics.answer(request, facts)
    },
  }
  const port = await freePort()
  const { http } = parseConfiguration(`[http]\nlisten = 127.0.0.1:${port}\nhistory-memory = 0\n`)
  const facts = factsWith({ view: viewOf(sources, undefined, Math.floor(Date.now() / 1000)), status })
  const server = new HttpServer({ settings: http!, routes: [route], files: new Map(), facts, log: () => undefined })
  await server.start()
  onTestFinished(() => server.close())
  return { port, questions }
}

/** A Prometheus that scrapes everything, seldom enough that a busy machine is in time; its port. */
async function startPrometheus(target: number): Promise<number> {
  const directory = await temporaryDirectory()
  const port = await freePort()
  const configuration = join(directory, 'prometheus.yml')
  await writeFile(
    configuration,
    `global: { scrape_interval: 3s, scrape_timeout: 3s }
scrape_configs:
  - job_name: all
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
  - job_name: servers
    params: { scope: [server], no-maint: [''] }
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
`,
  )
  const child = spawn(
    'prometheus',
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  const gone = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })
  return port
}

type Found = readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[]

async function ask<T>(port: number, path: string): Promise<T | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
    return answer.ok ? ((await answer.json()) as { data: T }).data : undefined
  } catch {
    return undefined
  }
}

const query = async (port: number, text: string): Promise<Found> =>
  (await ask<{ result: Found }>(port, `query?query=${encodeURIComponent(text)}`))?.result ?? []

it('a real Prometheus scrapes all of it, in OpenMetrics', async () => {
  const answers = release('3.4.0')
  const { port, questions } = await serve({ lb1: answers, lb2: answers })
  const prometheus = await startPrometheus(port)
  await until('a scrape that Prometheus took', async () => (await query(prometheus, 'up == 1')).length === 2, 60)
  const body = answerMetrics({ view: viewOf({ lb1: answers, lb2: answers }), status }, '', 'openmetrics').body
  const samples = parseExposition(body, 'openmetrics').flatMap((family) => family.samples)

  const scraped = await query(prometheus, 'scrape_samples_post_metric_relabeling{job="all"}')
  expect(Number(scraped[0]?.value[1])).toBe(samples.length)
  for (const name of ['haproxy_frontend_bytes_in_total', 'haproxy_server_status', 'haproxystats_dispatcher_up']) {
    const wanted = samples.filter((sample) => sample.name === name)
    const found = await query(prometheus, `${name}{job="all"}`)
    const plain = found.map(({ metric: { __name__, job, instance, ...labels }, value: [, value] }) => ({
      labels,
      value,
    }))
    expect(wanted.length).toBeGreaterThan(0)
    expect(plain).toHaveLength(wanted.length)
    expect(plain).toEqual(expect.arrayContaining(wanted.map(({ labels, value }) => ({ labels, value }))))
  }
  const metadata = await ask<readonly { readonly type: string; readonly unit: string }[]>(
    prometheus,
    'targets/metadata?metric=haproxy_server_downtime_seconds&match_target={job="all"}',
  )
  expect(metadata).toMatchObject([{ type: 'counter', unit: 'seconds' }])
  expect(await query(prometheus, 'haproxy_backend_status{job="servers"}')).toEqual([])
  expect((await query(prometheus, 'haproxy_server_status{job="servers"}')).length).toBeGreaterThan(0)
  expect(questions.every(({ accept }) => accept.includes('application/openmetrics-text'))).toBe(true)
})
