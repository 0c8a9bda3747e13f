import { describe, expect, it } from 'vitest'
import { snapshotView, sourcesOf } from '../../../../../test/support/snapshot-view.ts'
import { infoAnswer, statAnswer } from '../../../../../test/support/stat-answer.ts'
import { type ViewSketch, viewOf } from '../../../../../test/support/view-of.ts'
import { MemoryHistory } from '../trend/memory-history.ts'
import type { Facts } from '../types/facts.ts'
import { apiRoutes } from './api-index.ts'
import { rowRoute } from './api-row.ts'

const begin = 1_700_000_400

const header = '# pxname,svname,scur,status,type,bin,last_chk,\n'
const statOf = (status: string, bin: string) =>
  `${header}www,FRONTEND,7,OPEN,0,1,,\napp,app1,3,${status},2,${bin},"a, ""b""\napp,app1,99,",\napp,BACKEND,3,UP,1,5,,\n\n`

/** Two processes, so many snapshots ten seconds apart. */
function factsOf(count = 2, change: (index: number) => Partial<ViewSketch> = () => ({})): Facts {
  const history = new MemoryHistory({ bound: 2 ** 24, now: () => begin + 1000 })
  let facts: Facts = { view: undefined, history, status: {}, interval: 10, now: () => begin + 10 * count }
  for (let index = 0; index < count; index++) {
    const info = { Pid: 1, Uptime_sec: 1000 + index, Idle_pct: 80, CurrConns: 10, Maxconn: 100, CumReq: 50 * index }
    const view = viewOf({
      snapshot: begin + 10 * index,
      sources: [
        { name: 'lb1', info: { ...info, Version: '2.6.12' } },
        { name: 'lb2', info: { ...info, Version: '2.6.12' } },
      ],
      info,
      rows: [
        { kind: 'frontend', pxname: 'www', status: 'OPEN', scur: 14, bin: 1000 * index },
        {
          kind: 'server',
          pxname: 'app',
          svname: 'app1',
          status: 'DOWN',
          scur: 6,
          lastchg: 30,
          econ: index,
          eresp: index,
        },
        { kind: 'backend', pxname: 'app', status: 'UP', scur: 6, qcur: 2 },
      ],
      downFor: { 1: [1] },
      ...change(index),
    })
    history.add(view)
    facts = { ...facts, view }
  }
  return facts
}

function requestOf(path: string) {
  const url = new URL(path, 'http://here')
  const segments = url.pathname.split('/').slice(1).map(decodeURIComponent)
  return { segments, format: '', query: url.searchParams, accept: '' }
}

function ask(path: string, facts = factsOf()) {
  for (const route of apiRoutes) {
    const answer = route.answer(requestOf(path), facts)
    if (answer instanceof Promise) throw new Error(`${path} has to be waited for`)
    if (answer !== undefined) return { status: answer.status ?? 200, body: JSON.parse(String(answer.body)), answer }
  }
  throw new Error(`nobody answers ${path}`)
}

/** What each process says has to be asked for. */
async function askRow(path: string, facts: Facts) {
  const answer = await rowRoute.answer(requestOf(path), facts)
  return { status: answer?.status ?? 200, body: JSON.parse(String(answer?.body)) }
}

describe('/api/v1', () => {
  it('lists what there is, and each of it answers', () => {
    const { routes } = ask('/api/v1').body
    const paths: string[] = routes.map(({ path }: { path: string }) => path)
    expect(paths).toContain('/api/v1/events')
    const needs: Record<string, string> = { row: '?key=daemon', history: '?key=b:app&field=scur' }
    for (const path of paths.filter((name) => !name.endsWith('events'))) {
      expect(ask(path + (needs[path.split('/').at(-1)!] ?? '')).status).toBe(200)
    }
  })

  it.each([
    ['/api/v1/over', 404, /there is no "\/api\/v1\/over"/, []],
    ['/api/v1/overviev', 404, /there is no/, ['/api/v1/overview']],
    ['/api/v1/rows/x', 404, /there is no/, ['/api/v1/rows', '/api/v1/row']],
    ['/api', 404, /there is no/, []],
    ['/api/v1/rows?feilds=scur', 400, /parameter "feilds" is unknown, expected fields, kind, proxy/, ['fields']],
    ['/api/v1/rows?fields=scurr', 400, /field "scurr" is unknown/, ['scur']],
    ['/api/v1/rows?fields=scur/s', 400, /scur is not a counter/, ['scur']],
    ['/api/v1/rows?kind=servers', 400, /expected frontend, backend, server, listener/, ['server']],
    ['/api/v1/rows?proxy=wwww', 404, /there is no proxy "wwww"/, ['www']],
    ['/api/v1/row', 400, /"key" is missing/, ['key']],
    ['/api/v1/row?key=b:ap', 404, /there is no row "b:ap"/, ['b:app']],
    ['/api/v1/row?key=p:lb3', 404, /there is no row "p:lb3"/, ['p:lb1', 'p:lb2']],
    ['/api/v1/history?key=b:app', 400, /"field" is missing/, ['field']],
    ['/api/v1/history?key=app&field=scur', 400, /key is "app", expected f:www/, []],
    ['/api/v1/history?key=b:app&field=bin', 400, /field "bin" has no history/, ['bin/s']],
    [
      '/api/v1/history?key=b:app&field=scur&range=1h',
      400,
      /range is "1h", expected a whole number from 1 to 86400/,
      [],
    ],
    ['/api/v1/history?key=b:app&field=scur&points=0', 400, /points is "0"/, []],
    [`/api/v1/row?key=${'x'.repeat(5000)}`, 404, /…"$/, []],
  ])('%s is refused with help', (path, status, error, nearest) => {
    const found = ask(path)
    expect(found.status).toBe(status)
    expect(found.body.error).toMatch(error)
    if (nearest.length > 0) expect(found.body.nearest.slice(0, nearest.length)).toEqual(nearest)
  })

  it('leaves other paths to others', () => {
    const request = { segments: ['f', 'www'], format: '', query: new URLSearchParams(), accept: '' }
    expect(apiRoutes.map((route) => route.answer(request, factsOf()))).toEqual(apiRoutes.map(() => undefined))
  })

  it.each(['rows', 'row?key=b:app'])('%s says so while there is no snapshot', (path) => {
    const { status, body } = ask(`/api/v1/${path}`, factsOf(0))
    expect([status, body.error]).toEqual([503, 'no snapshot has been read yet'])
  })
})

describe('/api/v1/rows', () => {
  it('has all rows with the fields asked for, rates among them', () => {
    const { body, answer } = ask('/api/v1/rows?fields=scur,status,bin/s,errors/s')
    expect(body).toEqual({
      snapshot: begin + 10,
      fields: ['scur', 'status', 'bin/s', 'errors/s'],
      rows: [
        ['f:www', 'frontend', 'www', 'FRONTEND', [0, 1], 14, 'OPEN', 100, null],
        ['s:app/app1', 'server', 'app', 'app1', [0, 1], 6, 'DOWN', null, 0.2],
        ['b:app', 'backend', 'app', 'BACKEND', [0, 1], 6, 'UP', null, null],
      ],
    })
    expect(answer.perSnapshot).toBe(true)
  })

  it('chooses by kind and proxy', () => {
    const keys = (query: string) => ask(`/api/v1/rows?${query}`).body.rows.map(([key]: string[]) => key)
    expect(keys('kind=backend&kind=server')).toEqual(['s:app/app1', 'b:app'])
    expect(keys('proxy=www')).toEqual(['f:www'])
    expect(keys('proxy=app&kind=backend')).toEqual(['b:app'])
  })

  it('has what the page needs unless told, and no rate after a restart', () => {
    const { fields, rows } = ask('/api/v1/rows').body
    expect(fields).toEqual(expect.arrayContaining(['status', 'scur', 'bin/s', 'errors/s', 'rtime']))
    expect(rows[0][5 + fields.indexOf('bin/s')]).toBe(100)
    const info = (index: number) => ({ Pid: index, Uptime_sec: 1 })
    const restarted = factsOf(2, (index) => ({
      sources: [{ name: 'lb1', info: info(index) }],
    }))
    expect(ask('/api/v1/rows?fields=bin/s', restarted).body.rows[0].at(-1)).toBeNull()
  })
})

describe('/api/v1/row', () => {
  it('tells all of a row, and what each process says of it', async () => {
    const sources = sourcesOf({ lb1: statOf('UP', '18446744073709551615'), lb2: statOf('DOWN', '7') })
    const { body } = await askRow('/api/v1/row?key=s:app/app1', { ...factsOf(), sources })
    expect(body).toMatchObject({
      key: 's:app/app1',
      kind: 'server',
      pxname: 'app',
      svname: 'app1',
      merged: { status: 'DOWN', scur: 6 },
      rates: { 'econ/s': 0.1 },
    })
    expect(body.sources.lb1).toMatchObject({ scur: 3, status: 'UP', bin: '18446744073709551615' })
    expect(body.sources.lb1.last_chk).toBe('a, "b"\napp,app1,99,')
    expect(body.sources.lb2).toMatchObject({ status: 'DOWN', bin: 7 })
  })

  it('tells of columns and lines of any name', async () => {
    const names = ['__proto__', 'constructor', 'toString']
    const columns = ['pxname', 'svname', 'type', ...names]
    const answers = (value: string) => ({
      stat: statAnswer(columns, [['app', 'BACKEND', '1', ...names.map(() => value)]]),
      info: infoAnswer(Object.fromEntries(names.map((name) => [name, value]))),
      typed: Buffer.from('B.2.0.3.toString.1:MCP:u64:5\nB.2.0.4.constructor.1:CNS:str:5\n'),
    })
    const [lb1, lb2] = [answers('5'), answers('7')]
    const alone = sourcesOf({ lb1: lb1.stat, lb2: lb2.stat })
    const facts = { ...factsOf(), view: snapshotView({ lb1, lb2 }), sources: alone }
    const { merged, sources } = (await askRow('/api/v1/row?key=b:app', facts)).body
    expect(names.map((name) => merged[name])).toEqual([12, '5', 12])
    for (const name of names)
      expect([Object.hasOwn(merged, name), sources.lb1[name]]).toEqual([true, name === 'constructor' ? '5' : 5])
    const { merged: daemon } = ask('/api/v1/row?key=daemon', facts).body
    expect(names.map((name) => Object.hasOwn(daemon, name) && daemon[name])).toEqual(['5 / 7', '5 / 7', '5 / 7'])
  })

  it('tells of one process, and of all', () => {
    const one = ask('/api/v1/row?key=p:lb2').body
    expect(one).toMatchObject({
      kind: 'process',
      merged: { CurrConns: 10, Version: '2.6.12' },
      rates: { 'CumReq/s': 5 },
    })
    expect(Object.keys(one.sources)).toEqual(['lb2'])
    expect(Object.keys(ask('/api/v1/row?key=daemon').body.sources)).toEqual(['lb1', 'lb2'])
  })
})

describe('/api/v1/history', () => {
  it('has each key with each field that it has', () => {
    const { body } = ask(
      '/api/v1/history?key=f:www&key=p:lb1&field=scur&field=bin/s&field=CpuUsagePct&range=30&points=3',
    )
    expect(body.step).toBe(10)
    expect(body.begin).toBe(begin - 10)
    expect(body.series).toEqual([
      { key: 'f:www', field: 'scur', unit: 'count', values: [null, 14, 14], peaks: [null, 14, 14] },
      { key: 'f:www', field: 'bin/s', unit: 'bytes/s', values: [null, null, 100] },
      { key: 'p:lb1', field: 'CpuUsagePct', unit: 'percent', values: [null, 20, 20], peaks: [null, 20, 20] },
    ])
  })

  it('names the states', () => {
    const [series] = ask('/api/v1/history?key=s:app/app1&field=status&range=10&points=1').body.series
    expect(series.states[series.values[0]]).toBe('DOWN')
  })

  it('leaves out rows that nobody knows, and refuses what is too much', () => {
    expect(ask('/api/v1/history?key=b:gone&field=scur').body.series).toEqual([])
    const keys = Array.from({ length: 400 }, (_none, index) => `key=b:${index}`).join('&')
    expect(ask(`/api/v1/history?${keys}&field=scur&points=2000`).body.error).toMatch(/more than 500000 values/)
  })
})

describe('/api/v1/overview', () => {
  it('tells how everything is', () => {
    const { body, answer } = ask('/api/v1/overview')
    expect(body).toMatchObject({
      snapshot: begin + 10,
      interval: 10,
      age: 10,
      stale: false,
      complete: true,
      missing: [],
      sources: [{ name: 'lb1', release: '2.6.12', pid: 1, cpu: 20, currConns: 10, maxconn: 100, stopping: false }, {}],
      totals: { scur: 14, 'bin/s': 100, qcur: 2, CpuUsagePct: 20, frontends: 1, servers: 1, serverStates: { DOWN: 1 } },
      problemCounts: { critical: 0, warning: 2, info: 0 },
    })
    expect(body.problems[0]).toEqual({
      severity: 'warning',
      rule: 'partly-down',
      key: 's:app/app1',
      since: begin - 20,
      title: 'app/app1 is down for 1 of 2 processes',
      detail: 'down for lb2, others see it up',
    })
    expect(answer.perSnapshot).toBe(false)
  })

  it('answers without a snapshot too', () => {
    const { status, body } = ask('/api/v1/overview', factsOf(0))
    expect(status).toBe(200)
    expect(body).toMatchObject({ snapshot: null, stale: true, complete: false, sources: [], totals: {} })
    expect(body.problems).toMatchObject([{ severity: 'critical', title: 'No snapshot has been read yet', since: null }])
  })
})

describe('/api/v1/fields', () => {
  it('has every field of HAProxy and what is made of them', () => {
    const fields: { name: string; history: string[] }[] = ask('/api/v1/fields').body
    const named = (name: string) => fields.find((field) => field.name === name)
    expect(named('qcur')).toMatchObject({ unit: 'count', nature: 'gauge', merge: 'sum', kinds: ['backend', 'server'] })
    expect(named('bin/s')).toMatchObject({ unit: 'bytes/s', summary: expect.stringMatching(/^What bin grows by/) })
    expect(named('bin')).toMatchObject({ history: [] })
    expect(named('CurrConns')).toMatchObject({ kinds: ['daemon', 'process'], history: ['daemon', 'process'] })
    expect(named('CpuUsagePct')).toMatchObject({ history: ['daemon', 'process'] })
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length)
  })
})
