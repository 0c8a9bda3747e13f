import { describe, expect, it, vi } from 'vitest'
import { release } from '../../../../../test/support/recorded.ts'
import { snapshotView, sourcesOf } from '../../../../../test/support/snapshot-view.ts'
import { infoAnswer, statAnswer } from '../../../../../test/support/stat-answer.ts'
import { RowIndex } from '../live/row-index.ts'
import type { Sources } from '../live/source-reader.ts'
import type { View } from '../live/view.ts'
import { parseTarget } from '../server/request-target.ts'
import { MemoryHistory } from '../trend/memory-history.ts'
import type { Facts } from '../types/facts.ts'
import type { RouteResponse } from '../types/route.ts'
import { routes } from './index.ts'

const facts = (view: View | undefined): Facts => ({
  view,
  history: new MemoryHistory({ bound: 1_000_000 }),
  status: {},
  interval: 10,
  now: () => 1_700_000_000,
})

type Asked = (RouteResponse & { readonly text: string }) | undefined

function respond(url: string, facts: Facts): RouteResponse | Promise<RouteResponse> | undefined {
  const target = parseTarget(url)
  if (typeof target === 'string') throw new Error(target)
  for (const route of routes) {
    const response = route.answer({ ...target, accept: '' }, facts)
    if (response !== undefined) return response
  }
  return undefined
}

const withText = (response: RouteResponse) => ({ ...response, text: Buffer.from(response.body as string).toString() })

function ask(url: string, view: View | undefined): Asked {
  const response = respond(url, facts(view))
  if (response instanceof Promise) throw new Error(`${url} has to be waited for`)
  return response && withText(response)
}

/** What a process alone says has to be waited for. */
async function askLater(url: string, view: View, sources: Sources): Promise<Asked> {
  const response = await respond(url, { ...facts(view), sources })
  return response && withText(response)
}

const columns = ['pxname', 'svname', 'status', 'type', 'scur', 'last_chk', 'weight']
const stat = statAnswer(columns, [
  ['www', 'FRONTEND', 'OPEN', '0', '3', '', ''],
  ['www', 'sock:1', 'OPEN', '3', '2', '', ''],
  ['web:a', 'FRONTEND', 'OPEN', '0', '4', '', ''],
  ['app', 'app1', 'DOWN', '2', '1', 'Oh, "no"', '1'],
  ['app', 'app2', 'MAINT', '2', '0', '', '1'],
  ['app', 'BACKEND', 'UP', '1', '5', '', '2'],
])
const other = statAnswer(columns, [['app', 'app1', 'UP', '2', '1', '', '2']])
const info = (pid: number) => infoAnswer({ Version: '2.6.12', Pid: pid, CurrConns: 4, description: '"de, ""x"""' })
const view = snapshotView({ lb1: { info: info(7), stat }, lb2: { info: info(8), stat: other }, lb3: { info: info(9) } })

describe('an incomplete snapshot', () => {
  const failed = { name: 'lb2.sock', source: 'unix:///lb2.sock', result: 'failed', error: 'lb2 timed out\n' } as const
  const pull = { seconds: 2, complete: false, sources: [{ ...failed, seconds: 2, bytes: 0, retries: 0 }] }
  const partial = { ...view, pull }

  it.each(['/stats;csv', '/stats;json', '/info', '/f/www/scur'])('is marked in %s', (url) => {
    expect(ask(url, partial)?.headers).toEqual({ 'Haproxystats-Incomplete': 'lb2 timed out?' })
    expect(ask(url, view)?.headers).toBe(undefined)
  })
})

describe('/stats', () => {
  const csv = [
    `# ${columns.join(',')},agg,`,
    'www,FRONTEND,OPEN,0,3,,,lb1,',
    'www,sock:1,OPEN,3,2,,,lb1,',
    'web:a,FRONTEND,OPEN,0,4,,,lb1,',
    'app,app1,DOWN,2,2,"Oh, ""no""",2,lb1/lb2,',
    'app,app2,MAINT,2,0,,1,lb1,',
    'app,BACKEND,UP,1,5,,2,lb1,',
    '',
  ].join('\n')

  it.each(['/stats;csv', '/;csv', '/haproxy?stats;csv', '/stats/;csv', '/stats;csv;norefresh', '/stats?;csv'])(
    '%s is CSV',
    (url) => {
      const answer = ask(url, view)
      expect(answer?.text).toBe(csv)
      expect(answer).toMatchObject({ type: 'text/plain; charset=utf-8', perSnapshot: true })
    },
  )

  it('is JSON and typed too', () => {
    const json = ask('/stats;json', view)
    expect(json?.type).toBe('application/json')
    expect(JSON.parse(json?.text ?? '')).toHaveLength(6)
    expect(ask('/;typed', view)?.text).toContain('B.0.0.4.scur.1:MGP:u32:5\n')
  })

  it.each([
    ['scope=AP', ['app1', 'app2', 'BACKEND']],
    ['up', ['FRONTEND', 'sock:1', 'FRONTEND', 'BACKEND']],
    ['no-maint;scope=app', ['app1', 'BACKEND']],
  ])('gives the rows that ;%s wants', (words, names) => {
    const lines = ask(`/stats;csv;${words}`, view)?.text.trim().split('\n').slice(1) ?? []
    expect(lines.map((line) => line.split(',')[1])).toEqual(names)
  })

  it('says what the API and single values say, also of means', async () => {
    const names = ['pxname', 'svname', 'status', 'type', 'stot', 'qtime', 'weight', 'act']
    const row = (...cells: string[]) => ({ stat: statAnswer(names, [['app', 'app1', 'UP', '2', ...cells]]) })
    const merged = snapshotView({ lb1: row('1', '4', '112', '1'), lb2: row('1', '5', '113', '0') })
    const [, , , , ...cells] = ask('/stats;csv', merged)?.text.split('\n')[1]?.split(',').slice(0, names.length) ?? []
    expect(cells).toEqual(['2', '5', '113', '1'])
    const inRow = JSON.parse((await askLater('/api/v1/row?key=s:app/app1', merged, sourcesOf({})))?.text ?? '').merged
    const [inRows] = JSON.parse(ask('/api/v1/rows?fields=stot,qtime,weight,act', merged)?.text ?? '').rows
    expect(names.slice(4).map((name) => String(inRow[name]))).toEqual(cells)
    expect(inRows.slice(5).map(String)).toEqual(cells)
    expect(names.slice(4).map((name) => ask(`/b/app/app1/${name}`, merged)?.text.trim())).toEqual(cells)
  })

  it.each([400, 10_000])('has no number of %i digits, as HAProxy has none, in any format', async (digits) => {
    const long = '9'.repeat(digits)
    for (const field of ['stot', 'chkfail', 'check_code', 'weight', 'qtime']) {
      for (const cell of [long, `-${long}`, `${long}.5`]) {
        const of = (value: string) => statAnswer(['pxname', 'svname', 'type', field], [['app', 'app1', '2', value]])
        const info = infoAnswer({ CumReq: cell, Maxconn: cell, Idle_pct: cell })
        const both = snapshotView({ lb1: { stat: of('5'), info }, lb2: { stat: of(cell), info } })
        // A number that is none leaves no sum; what is taken from one process is there.
        expect(ask('/stats;csv', both)?.text).toMatch(/\napp,app1,2,5?,lb1\/lb2,\n/)
        expect(ask('/stats;typed', both)?.text).not.toMatch(/Infinity|9{100}/)
        expect(ask('/info', both)?.text).not.toContain('Infinity')
        for (const url of ['/stats;json', '/info;json', '/api/v1/row?key=daemon']) {
          expect(() => JSON.parse(ask(url, both)?.text ?? '')).not.toThrow()
        }
        const row = await askLater('/api/v1/row?key=s:app/app1', both, sourcesOf({ lb1: of('5'), lb2: of(cell) }))
        expect(() => JSON.parse(row?.text ?? '')).not.toThrow()
        expect(ask('/metrics', both)?.text).not.toMatch(/Infinity|9{100}/)
      }
    }
  })

  it('of a process is as that process printed it', async () => {
    const { stat: recorded, info: lines } = release('2.6.12-quoted')
    const one = snapshotView({ lb1: { stat: recorded, info: lines }, lb2: { stat: other } })
    const sources = sourcesOf({ lb1: recorded, lb2: other })
    expect((await askLater('/stats/lb1;csv', one, sources))?.text).toBe(recorded.toString().slice(0, -1))
    const rows = JSON.parse((await askLater('/stats/lb2;json', one, sources))?.text ?? '')
    expect(rows).toHaveLength(1)
    expect(rows[0].map((field: { value: { value: unknown } }) => field.value.value)).toEqual([
      'app',
      'app1',
      'UP',
      2,
      1,
      2,
    ])
  })

  it.each([
    ['/stats/lb4;csv', 404, 'lb4 is not a process. Near it: lb1, lb2.\n'],
    ['/stats/haproxy;csv', 404, 'haproxy is not a process. There are: lb1, lb2.\n'],
    ['/stats/lb3;csv', 404, 'The process lb3 did not answer show stat. Those that did: lb1, lb2.\n'],
    ['/stats;html', 404, '/stats has no format html; formats: ;csv, ;json, ;typed.\n'],
  ])('%s is %i', (url, status, sentence) => {
    expect(ask(url, view)).toMatchObject({ status, text: sentence })
  })

  it('refuses what would be very large, and says how to ask for less', () => {
    const rows = Array.from({ length: 3001 }, (_, index) => ['app', `app${index}`, 'UP', '2', '1', '', '1'])
    const large = snapshotView({
      lb1: { stat: statAnswer(columns, [...rows, ['b', 'BACKEND', 'UP', '1', '', '', '']]) },
    })
    expect(ask('/stats;json', large)).toMatchObject({
      status: 400,
      text: expect.stringContaining('this would be 3002: use ;csv'),
    })
    expect(JSON.parse(ask('/stats;json;scope=b', large)?.text ?? '')).toHaveLength(1)
    expect(ask('/stats;csv', large)?.text.split('\n')).toHaveLength(3004)
  })

  it('sends a browser to the page, which it is not itself', () => {
    expect(ask('/haproxy?stats', view)).toMatchObject({ status: 302, headers: { Location: '/' } })
    expect(ask('/', view)).toBeUndefined()
  })
})

describe('/info', () => {
  it('is the merged answer, or that of a process', () => {
    expect(ask('/info', view)?.text).toBe(
      'Name: HAProxy\nVersion: 2.6.12\nPid: 7 / 8 / 9\nCurrConns: 12\ndescription: "de, ""x"""\n\n',
    )
    expect(ask('/info/lb2', view)?.text).toContain('\nPid: 8\n')
    expect(ask('/info;typed', view)?.text).toContain('2.Pid.1:SGP:str:7 / 8 / 9\n3.CurrConns.1:MGP:u32:12\n')
    expect(JSON.parse(ask('/info/lb1;json', view)?.text ?? '')[3].value).toEqual({ type: 'u32', value: 4 })
    expect(ask('/info;csv', view)).toMatchObject({
      status: 404,
      text: '/info has no format csv; formats: ;json, ;typed, and text without a format.\n',
    })
  })

  it.each([
    ['/info/CurrConns', undefined, '12\n'],
    ['/info/lb1/CurrConns', undefined, '4\n'],
    ['/info/lb1/CurrCons', 404, 'CurrCons is not a line of show info. Near it: CurrConns.\n'],
    ['/info/lb9/CurrConns', 404, 'lb9 is not a process. Near it: lb1, lb2, lb3.\n'],
  ])('%s is %s %s', (url, status, sentence) => {
    expect(ask(url, view)?.text).toBe(sentence)
    expect(ask(url, view)?.status).toBe(status ?? 200)
  })
})

describe('one value', () => {
  it.each([
    ['/f/www/scur', '3'],
    ['/f/www/sock%3A1/scur', '2'],
    ['/b/app/scur', '5'],
    ['/b/app/app1/scur', '2'],
    ['/b/app/app1/weight', '2'],
    ['/b/app/app1/last_chk', 'Oh, "no"'],
    ['/get?key=f:www:scur', '3'],
    ['/get?key=f:www:sock:1:scur', '2'],
    ['/get?key=f:web:a:scur', '4'],
    ['/get?key=b:app:app1:status', 'DOWN'],
    ['/get?key=info:CurrConns', '12'],
  ])('%s is %s', (url, value) => {
    expect(ask(url, view)).toMatchObject({ status: 200, text: `${value}\n`, type: 'text/plain; charset=utf-8' })
  })

  it.each([
    ['/f/wwww/scur', 'wwww is not a frontend. Near it: www.'],
    ['/f/www/scurr', 'scurr is not a field of show stat. Near it: scur.'],
    ['/f/www/sock-1/scur', 'sock-1 is not a listener of frontend www. Near it: sock:1.'],
    ['/b/app/app/scur', 'app is not a server of backend app. Near it: app1, app2.'],
    ['/b/nothing/scur', 'nothing is not a backend.'],
    ['/b/app/last_chk', 'The field last_chk of backend app is empty.'],
    ['/get?key=b:app:app3:scur', 'app3 is not a server of backend app. Near it: app1, app2.'],
    ['/get?key=b:ap:scur', 'ap is not a backend. Near it: app.'],
    [
      '/get?key=x',
      'x is not a key: it should look like f:www:scur, f:www:sock-1:scur, b:app:scur, b:app:app1:scur or info:CurrConns.',
    ],
    [`/b/${'a'.repeat(5000)}/scur`, `${'a'.repeat(5000)} is not a backend.`],
  ])('%s is 404', (url, sentence) => {
    expect(ask(url, view)).toMatchObject({ status: 404, text: `${sentence}\n` })
  })

  it('looks for names near by once, however many colons a key has', () => {
    const looking = vi.spyOn(RowIndex.prototype, 'proxies')
    const key = `b${':a'.repeat(2000)}:scur`
    expect(ask(`/get?key=${key}`, view)).toMatchObject({ status: 404 })
    expect(looking.mock.calls.length).toBeLessThanOrEqual(2)
  })

  it('needs a key', () => {
    expect(ask('/get', view)).toMatchObject({ status: 400 })
  })
})

describe('before the first snapshot', () => {
  it.each(['/stats;csv', '/stats/lb1;csv', '/info', '/info/Pid', '/f/www/scur', '/get?key=f:www:scur'])(
    '%s is 503',
    (url) => {
      const answer = ask(url, undefined)
      expect(answer).toMatchObject({ status: 503, headers: { 'Retry-After': '10' } })
      expect(answer?.text).toMatch(/^No snapshot has been read since the start/)
    },
  )
})
