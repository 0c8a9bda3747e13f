/** What is served takes the place of an HAProxy: for its own numbers, for this project's reader, and for an exporter. */
import { spawn } from 'node:child_process'
import { scanHeader } from '@haproxystats/haproxy'
import { expect, onTestFinished, test } from 'vitest'
import { levels, startPull } from '../pull/pull-program.ts'
import { freePort } from '../support/free-port.ts'
import { exampleProxies, type Haproxy } from '../support/haproxy.ts'
import { type HttpSite, httpSite } from '../support/http-site.ts'
import { until } from '../support/until.ts'

type Row = ReadonlyMap<string, string>

/** Rows by `pxname/svname`; none of them has a quote. */
function rowsOf(csv: string): Map<string, Row> {
  const names = scanHeader(Buffer.from(csv)).header.names
  const lines = csv
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const cells = line.split(',')
      return [`${cells[0]}/${cells[1]}`, new Map(names.map((name, index) => [name, cells[index] ?? '']))]
    }),
  )
}

const config = (port: (name: string) => number) =>
  exampleProxies(port)
    .replace('frontend www', 'frontend www\n  option socket-stats')
    .replace('server app2', 'server down 127.0.0.1:1 check\n  server app2')

const requests = [3, 5]

/** Two processes that have had different traffic, and are quiet now; of which a snapshot is served. */
async function quietSite(): Promise<HttpSite> {
  const site = await httpSite({ daemons: 2, config })
  for (const [index, daemon] of site.daemons.entries()) {
    for (let count = 0; count < requests[index]!; count++) {
      await (await fetch(`http://127.0.0.1:${daemon.port('www')}/`, { headers: { Connection: 'close' } })).text()
    }
    await until('the closed check of a server', async () => /^app,down,.*,DOWN,/m.test(await daemon.ask('show stat')))
  }
  await until('the traffic to be served', async () => {
    const rows = rowsOf(await (await site.get('/stats;csv')).text())
    return (
      rows.get('www/FRONTEND')?.get('stot') === '8' &&
      rows.get('app/down')?.get('status') === 'DOWN' &&
      rows.get('app/BACKEND')?.get('scur') === '0'
    )
  })
  return site
}

const numberIn = (row: Row | undefined, name: string) => Number(row?.get(name))

async function ownRows(daemons: readonly Haproxy[]): Promise<Map<string, Row>[]> {
  return Promise.all(daemons.map(async (daemon) => rowsOf(await daemon.ask('show stat'))))
}

/** They count on while nothing happens. */
const moving = /^(rate|req_rate|conn_rate|lastchg|lastsess|downtime|chkfail|chkdown|check_.*|last_chk|hanafail|agg)$/
const larger = new Set([
  'weight',
  'act',
  'bck',
  'uweight',
  'pid',
  'iid',
  'sid',
  'type',
  'mode',
  'status',
  'svname',
  'pxname',
])

/** The merged rows are the sums over two processes. */
async function expectSums(site: HttpSite) {
  const served = rowsOf(await (await site.get('/stats;csv')).text())
  const [one, other] = await ownRows(site.daemons)
  expect([...served.keys()]).toEqual([...one!.keys()])
  let compared = 0
  for (const [key, row] of served) {
    expect(row.get('agg')).toBe('lb1/lb2')
    for (const [name, value] of row) {
      const [first, second] = [one, other].map((rows) => rows?.get(key)?.get(name)) as [string, string]
      if (moving.test(name) || /_max$|time|^smax$|_duration$/.test(name)) continue
      const agree = first === second && (larger.has(name) || first === '' || Number.isNaN(Number(first)))
      expect([key, name, value]).toEqual([key, name, agree ? first : String(Number(first) + Number(second))])
      compared++
    }
  }
  expect(compared).toBeGreaterThan(400)
  const asJson = (await (await site.get('/stats;json')).json()) as {
    field: { name: string }
    value: { value: unknown }
  }[][]
  expect(asJson.map((fields) => fields.find(({ field }) => field.name === 'stot')?.value.value)).toEqual(
    Array.from(served.values(), (row) => numberIn(row, 'stot')),
  )
  const alone = await (await site.get('/stats/lb2;csv')).text()
  expect(numberIn(rowsOf(alone).get('www/FRONTEND'), 'stot')).toBe(5)
  expect(await (await site.get('/b/app/status')).text()).toBe('UP\n')
  expect(await (await site.get('/get?key=b:app:down:status')).text()).toBe('DOWN\n')
}

/** The JSON of one process has the fields, tags and types that HAProxy prints. */
async function expectJson(site: HttpSite) {
  const [daemon] = site.daemons as [Haproxy, Haproxy]
  type Field = { field: { name: string; pos: number }; objType: string; tags: unknown; value: { type: string } }
  const shape = (lists: Field[][]) =>
    lists.map((list) => list.map(({ value: { type }, ...rest }) => ({ ...rest, type })))
  const theirs = shape(JSON.parse(await daemon.ask('show stat json')))
  const ours = shape((await (await site.get('/stats/lb1;json')).json()) as Field[][])
  // 3.0 and newer say that the rate of a backend is one.
  const asNewer = theirs.map((list) =>
    list.map((field) => {
      const isRate = field.objType === 'Backend' && field.field.name === 'rate'
      return isRate ? { ...field, tags: { origin: 'Metric', nature: 'Rate', scope: 'Process' } } : field
    }),
  )
  expect(ours).toEqual(asNewer)
}

/** haproxystats-pull reads it as a statistics page. */
async function expectPage(site: HttpSite) {
  const pull = await startPull({ pull: { servers: `http://127.0.0.1:${site.port}/stats` } })
  const [snapshot = ''] = await pull.published()
  const [stat = ''] = Object.values(await pull.read(snapshot))
  const served = rowsOf(await (await site.get('/stats;csv')).text())
  const read = rowsOf(stat)
  expect([...read.keys()]).toEqual([...served.keys()])
  for (const [key, row] of read)
    for (const name of ['stot', 'bin', 'bout', 'agg']) {
      expect([key, name, row.get(name)]).toEqual([key, name, served.get(key)?.get(name)])
    }
  expect(pull.lines(/./).filter(({ level }) => level >= levels.warning)).toEqual([])
}

/** Fields, and what the exporter makes of them. */
const exported = [
  ['scur', 'current_sessions'],
  ['smax', 'max_sessions'],
  ['slim', 'limit_sessions'],
  ['stot', 'sessions_total'],
  ['bin', 'bytes_in_total'],
  ['bout', 'bytes_out_total'],
] as const

/** The exporter of Prometheus for statistics pages reads it. */
async function expectExporter(site: HttpSite) {
  const port = await freePort()
  const exporter = spawn(
    'prometheus-haproxy-exporter',
    [`--web.listen-address=127.0.0.1:${port}`, `--haproxy.scrape-uri=http://127.0.0.1:${site.port}/stats;csv`],
    { stdio: 'ignore' },
  )
  onTestFinished(() => void exporter.kill('SIGKILL'))
  const scrape = () =>
    fetch(`http://127.0.0.1:${port}/metrics`).then(
      (answer) => answer.text(),
      () => undefined,
    )
  const metrics = await until('the exporter to answer', scrape)
  const metric = (name: string) =>
    Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(metrics)?.[1])
  const rows = rowsOf(await (await site.get('/stats;csv')).text())
  const expected = [...rows].flatMap(([key, row]) => {
    const [pxname, svname = ''] = key.split('/')
    const type = Number(row.get('type'))
    const labels = [`frontend="${pxname}"`, `backend="${pxname}"`, `backend="${pxname}",server="${svname}"`][type]
    const kind = ['frontend', 'backend', 'server'][type]
    if (labels === undefined) return []
    const names = exported.flatMap(([name, suffix]) => (row.get(name) === '' ? [] : [[name, suffix] as const]))
    const status =
      type === 0 ? [] : [[`haproxy_${kind}_up{${labels}}`, /^(UP|no check)/.test(row.get('status') ?? '') ? 1 : 0]]
    return [
      ...names.map(([name, suffix]) => [`haproxy_${kind}_${suffix}{${labels}}`, numberIn(row, name)]),
      ...status,
    ] as [string, number][]
  })
  expect(expected.length).toBeGreaterThan(30)
  expect(Object.fromEntries(expected.map(([name]) => [name, metric(name)]))).toEqual(Object.fromEntries(expected))
  expect(metric('haproxy_up')).toBe(1)
  expect(metric('haproxy_exporter_csv_parse_failures_total')).toBe(0)
}

test('two processes are served as one HAProxy: sums, JSON, to haproxystats-pull and to an exporter', async () => {
  const site = await quietSite()
  await expectSums(site)
  await expectJson(site)
  await expectPage(site)
  await expectExporter(site)
})
