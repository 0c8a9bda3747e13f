/**
 * What `/api/v1/` could answer, made up: HAProxy processes of any size whose numbers are computed from names and time, so that
 * they are the same in every run. A test changes `fixture.statuses` and moves `fixture.snapshot` on.
 */
import { json, type Route, type RouteRequest } from '../../packages/process/src/http/types/route.ts'

export interface FixtureSize {
  readonly frontends: number
  readonly backends: number
  readonly serversEach: number
  readonly processes: number
}

export interface Fixture {
  readonly size: FixtureSize
  /** Seconds since the epoch. */
  snapshot: number
  /** Of rows that are not UP, by their keys. */
  readonly statuses: Map<string, string>
  /** Seconds since the epoch of changes of state; rows without changed two days ago. */
  readonly since: Map<string, number>
  readonly missing: string[]
  readonly interval: number
}

export const fixtureInterval = 10

export function makeFixture(size: FixtureSize): Fixture {
  const snapshot = Math.floor(Date.now() / 10_000) * 10
  return { size, snapshot, statuses: new Map(), since: new Map(), missing: [], interval: fixtureInterval }
}

interface FixtureRow {
  readonly key: string
  readonly kind: string
  readonly pxname: string
  readonly svname: string
}

const services = ['www', 'api', 'shop', 'static', 'auth', 'search', 'mail', 'media', 'billing', 'admin']

const nameOf = (index: number) => {
  const service = services[index % services.length]
  return index < services.length ? `${service}` : `${service}-${Math.floor(index / services.length)}`
}

const rowsBySize = new Map<FixtureSize, readonly FixtureRow[]>()

export function rowsOf({ size }: Fixture): readonly FixtureRow[] {
  const made = rowsBySize.get(size)
  if (made !== undefined) return made
  const frontends = Array.from({ length: size.frontends }, (_, index) => {
    const pxname = nameOf(index)
    return { key: `f:${pxname}`, kind: 'frontend', pxname, svname: 'FRONTEND' }
  })
  const backends = Array.from({ length: size.backends }, (_, index) => {
    const pxname = `${nameOf(index)}-pool`
    const servers = Array.from({ length: size.serversEach }, (_, number) => {
      const svname = `${nameOf(index)}${number + 1}`
      return { key: `s:${pxname}/${svname}`, kind: 'server', pxname, svname }
    })
    return [...servers, { key: `b:${pxname}`, kind: 'backend', pxname, svname: 'BACKEND' }]
  })
  const rows = [...frontends, ...backends.flat()]
  rowsBySize.set(size, rows)
  return rows
}

/** Of text: a number from 0 to 1 that looks like chance and is not. */
function noise(text: string): number {
  let hash = 2166136261
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}

/** How busy a row is at a time: large and small ones, each with its own slow wave and some chance. */
function level(key: string, time: number): number {
  const share = 0.08 + noise(key) ** 3
  const wave = 1 + 0.45 * Math.sin(time / 700 + noise(key) * 7) + 0.2 * Math.sin(time / 90 + noise(`${key} `) * 7)
  return share * Math.max(0.05, wave + 0.25 * (noise(`${key} ${Math.floor(time / 10)}`) - 0.5))
}

const scale: Readonly<Record<string, number>> = { frontend: 4, backend: 1.6, server: 0.5, daemon: 24, process: 12 }

/** A number of a row; undefined where HAProxy prints nothing in such a row. */
export function numberOf(
  row: { key: string; kind: string },
  field: string,
  fixture: Fixture,
  time: number,
): number | null {
  const { key, kind } = row
  const status = time < (fixture.since.get(key) ?? 0) ? 'UP' : (fixture.statuses.get(key) ?? 'UP')
  const isDown = /^(DOWN|MAINT)/.test(status)
  const amount = isDown ? 0 : level(key, time) * (scale[kind] ?? 1)
  const isClientSide = kind === 'frontend' || kind === 'daemon'
  const numbers: Record<string, () => number | null> = {
    scur: () => Math.round(amount * 120),
    smax: () => Math.round((scale[kind] ?? 1) * 400 * (0.2 + noise(key))),
    slim: () => (kind === 'server' ? 500 : 4000),
    rate: () => Math.round(amount * 160),
    req_rate: () => (isClientSide ? Math.round(amount * 420) : null),
    'req_tot/s': () => (kind === 'server' ? null : amount * 420),
    qcur: () => (isClientSide || noise(`${key} queue`) < 0.93 ? (isClientSide ? null : 0) : Math.round(amount * 9)),
    lastchg: () => time - (fixture.since.get(key) ?? time - 172_800 - Math.round(noise(key) * 900_000)),
    'errors/s': () =>
      status === 'DOWN' ? 3.4 : isClientSide ? small(amount) : noise(`${key} econ`) < 0.9 ? 0 : small(amount),
    'hrsp_5xx/s': () => (noise(`${key} 5xx`) < 0.8 ? 0 : small(amount)),
    'hrsp_4xx/s': () => amount * 2.1,
    'wretr/s': () => (isClientSide ? null : 0),
    'wredis/s': () => (isClientSide ? null : 0),
    'dreq/s': () => (isClientSide ? 0 : null),
    'bin/s': () => amount * 210_000,
    'bout/s': () => amount * 3_100_000,
    qtime: () => (isClientSide ? null : Math.round(amount * 3)),
    ctime: () => (isClientSide ? null : Math.round(1 + noise(`${key} connect`) * 4)),
    rtime: () => (isClientSide ? null : Math.round(12 + noise(`${key} response`) * 160 + amount * 20)),
    ttime: () => (isClientSide ? null : Math.round(20 + noise(`${key} response`) * 200 + amount * 30)),
    weight: () => (kind === 'server' ? 100 : kind === 'backend' ? fixture.size.serversEach * 100 : null),
    bck: () => (kind === 'server' ? Number(noise(`${key} backup`) > 0.92) : null),
    CpuUsagePct: () => Math.min(100, 18 + amount * 6),
    CurrConns: () => Math.round(amount * 130),
    SessRate: () => Math.round(amount * 160),
    ConnRate: () => Math.round(amount * 150),
    SslRate: () => Math.round(amount * 90),
    'CumReq/s': () => amount * 420,
    BytesOutRate: () => amount * 3_100_000,
    Tasks: () => Math.round(amount * 40),
    Run_queue: () => Math.round(amount * 2),
  }
  const value = Object.hasOwn(numbers, field) ? numbers[field]!() : null
  return value === null ? null : Math.round(value * 100) / 100
}

const small = (amount: number) => Math.max(0, Math.round((amount - 0.35) * 8) / 10)

function textOf(row: { key: string; kind: string }, field: string, { statuses }: Fixture): string | null {
  if (field === 'status') return statuses.get(row.key) ?? (row.kind === 'frontend' ? 'OPEN' : 'UP')
  if (row.kind !== 'server') return null
  const isDown = statuses.get(row.key)?.startsWith('DOWN') === true
  if (field === 'check_status') return isDown ? 'L4CON' : 'L7OK'
  if (field === 'last_chk')
    return isDown ? 'Connection refused at step 1 of http-check' : 'HTTP status check returned code <200>'
  return null
}

const texts = new Set(['status', 'check_status', 'last_chk'])

const cellOf = (row: { key: string; kind: string }, field: string, fixture: Fixture) =>
  texts.has(field) ? textOf(row, field, fixture) : numberOf(row, field, fixture, fixture.snapshot)

const sourcesOf = ({ size, missing }: Fixture) =>
  Array.from({ length: size.processes }, (_, index) => `lb${index + 1}`).filter((name) => !missing.includes(name))

export function overviewOf(fixture: Fixture) {
  const { snapshot, interval, missing } = fixture
  const now = Date.now() / 1000
  const problems = problemsOf(fixture)
  const countOf = (severity: string) => problems.filter((problem) => problem.severity === severity).length
  const problemCounts = { critical: countOf('critical'), warning: countOf('warning'), info: countOf('info') }
  const process = (key: string) => ({ key, kind: 'process' })
  const at = (name: string, field: string) => numberOf(process(`p:${name}`), field, fixture, snapshot)
  return {
    snapshot,
    now,
    interval,
    missing,
    age: now - snapshot,
    stale: now - snapshot > 3 * interval,
    complete: missing.length === 0,
    totals: totalsOf(fixture),
    problems,
    problemCounts,
    program: {},
    sources: sourcesOf(fixture).map((name, index) => ({
      name,
      release: '2.6.12',
      pid: 4100 + index,
      uptime: 1_036_800 - index * 40_000,
      stopping: false,
      cpu: at(name, 'CpuUsagePct'),
      currConns: at(name, 'CurrConns'),
      maxconn: 4000,
      sessRate: at(name, 'SessRate'),
      connRate: at(name, 'ConnRate'),
    })),
  }
}

function totalsOf(fixture: Fixture) {
  const fields = ['scur', 'rate', 'req_rate', 'errors/s', 'hrsp_5xx/s', 'bin/s', 'bout/s']
  const daemon = { key: 'daemon', kind: 'daemon' }
  return Object.fromEntries(fields.map((field) => [field, numberOf(daemon, field, fixture, fixture.snapshot)]))
}

function problemsOf({ statuses, since, missing, snapshot }: Fixture) {
  const rows = [...statuses].map(([key, status]) => {
    const kind = { f: 'Frontend', b: 'Backend', s: 'Server' }[key[0]!]
    const severity = !status.startsWith('DOWN') ? 'info' : key.startsWith('b:') ? 'critical' : 'warning'
    const detail = status.startsWith('DOWN') ? 'L4CON: Connection refused' : null
    return { severity, key, title: `${kind} ${key.slice(2)} is ${status}`, detail, since: since.get(key) ?? null }
  })
  const gone = missing.map((name) => {
    const title = `Process ${name} is missing`
    return {
      severity: 'critical',
      key: `p:${name}`,
      title,
      detail: 'it is not in the newest snapshot',
      since: snapshot,
    }
  })
  return [...gone, ...rows]
}

const rowFields = ['scur', 'smax', 'slim', 'rate', 'req_rate', 'qcur', 'lastchg', 'qtime', 'ctime', 'rtime', 'ttime']

function rowOf(fixture: Fixture, key: string) {
  const row = rowsOf(fixture).find((one) => one.key === key)
  const source = sourcesOf(fixture).find((name) => key === `p:${name}`)
  if (row === undefined && source === undefined) return undefined
  const about = row ?? { key, kind: 'process', pxname: null, svname: null }
  const fields =
    row === undefined ? ['CurrConns', 'SessRate', 'Tasks', 'Run_queue'] : [...rowFields, ...texts, 'weight']
  const merged = Object.fromEntries(fields.map((field) => [field, cellOf(about, field, fixture)]))
  const names = source === undefined ? sourcesOf(fixture) : [source]
  const part = (value: unknown) => (typeof value === 'number' ? Math.round(value / names.length) : value)
  const one = Object.fromEntries(Object.entries(merged).map(([field, value]) => [field, part(value)]))
  const rates = { 'bin/s': numberOf(about, 'bin/s', fixture, fixture.snapshot) }
  return {
    snapshot: fixture.snapshot,
    key,
    kind: about.kind,
    pxname: about.pxname,
    svname: about.svname,
    merged,
    rates,
    sources: Object.fromEntries(names.map((name) => [name, one])),
  }
}

const kinds: Readonly<Record<string, string>> = { f: 'frontend', b: 'backend', s: 'server', p: 'process', d: 'daemon' }

function historyOf(fixture: Fixture, query: URLSearchParams) {
  const [range, points] = [Number(query.get('range')), Number(query.get('points'))]
  const step = Math.max(fixture.interval, Math.ceil(range / points / fixture.interval) * fixture.interval)
  const count = Math.floor(range / step)
  const begin = fixture.snapshot - (count - 1) * step
  const series = query.getAll('key').flatMap((key) =>
    query.getAll('field').flatMap((field) => {
      const row = { key, kind: kinds[key[0]!] ?? 'server' }
      if (numberOf(row, field, fixture, begin) === null) return []
      const values = Array.from({ length: count }, (_, index) => numberOf(row, field, fixture, begin + index * step))
      return [{ key, field, unit: '', values }]
    }),
  )
  return { begin, step, series }
}

function rowsAnswer(fixture: Fixture, fields: readonly string[]) {
  const sources = sourcesOf(fixture).map((_, index) => index)
  const rows = rowsOf(fixture).map((row) => {
    const values = fields.map((field) => cellOf(row, field, fixture))
    return [row.key, row.kind, row.pxname, row.svname, sources, ...values]
  })
  return { snapshot: fixture.snapshot, fields, rows }
}

/** The routes of `/api/v1/` over a fixture. */
export function fixtureRoutes(fixture: Fixture): readonly Route[] {
  const answers: Record<string, (query: URLSearchParams) => unknown> = {
    overview: () => overviewOf(fixture),
    rows: (query) => rowsAnswer(fixture, (query.get('fields') ?? '').split(',')),
    row: (query) => rowOf(fixture, query.get('key') ?? ''),
    history: (query) => historyOf(fixture, query),
    fields: () => [{ name: 'scur', unit: 'count', summary: 'sessions open now' }],
  }
  return Object.entries(answers).map(([name, answer]) => ({
    path: `/api/v1/${name}`,
    summary: '',
    answer({ segments, query }: RouteRequest) {
      if (segments.join('/') !== `api/v1/${name}`) return undefined
      const body = answer(query)
      return body === undefined ? json({ error: 'no such row' }, { status: 404 }) : json(body)
    },
  }))
}
