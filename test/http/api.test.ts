/** /api/v1 of the real program, with two real HAProxy processes. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type HttpSite, httpSite } from '../support/http-site.ts'
import { Program } from '../support/program.ts'
import { until } from '../support/until.ts'

/** Of all the answers, what is looked at here. */
interface Answered {
  readonly sources: Readonly<Record<string, { name: string; pid: number; req_tot: number }>>
  readonly merged: Readonly<Record<string, number>>
  readonly rates: Readonly<Record<string, number>>
  readonly begin: number
  readonly step: number
  readonly series: readonly { readonly values: readonly (number | null)[] }[]
  readonly problems: readonly { readonly title: string }[]
  readonly complete: boolean
  readonly missing: readonly string[]
}

async function ask(site: HttpSite, path: string) {
  const answer = await site.get(`/api/v1/${path}`)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  return answer.json() as Promise<Answered>
}

const titles = async (site: HttpSite): Promise<string[]> =>
  (await ask(site, 'overview')).problems.map(({ title }) => title)

test('what the API says is what both processes say, then and over time', async () => {
  const site = await httpSite({ level: 'admin' })
  const [lb1, lb2] = site.daemons
  for (let count = 0; count < 20; count++) await (await fetch(`http://127.0.0.1:${lb1!.port('www')}/`)).text()
  await site.newSnapshot()
  await site.newSnapshot()
  const { sources } = await ask(site, 'overview')
  expect(Object.values(sources).map(({ name, pid }) => [name, pid])).toEqual([
    ['lb1', lb1!.pid],
    ['lb2', lb2!.pid],
  ])
  const row = await ask(site, 'row?key=f:www')
  expect(row.merged['req_tot']).toBe(20)
  expect([row.sources['lb1']?.req_tot, row.sources['lb2']?.req_tot]).toEqual([20, 0])
  expect(row.rates['req_tot/s']).toBe(0)

  // All that were asked in a second were asked within the last minute, and no more.
  const { series, step } = await ask(site, 'history?key=f:www&field=hrsp_2xx/s&range=60&points=60')
  expect(step).toBe(1)
  const known = series[0]!.values.filter((value) => value !== null)
  expect(known.length).toBeGreaterThan(1)
  expect(known.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(20.1)
})

test('a server that goes, and a process that goes, are problems at once', async () => {
  const site = await httpSite({ level: 'admin' })
  await site.newSnapshot()
  // The one that was started last comes first, and both may have been in the same second.
  expect((await titles(site)).sort()).toEqual(['Process lb1 has started', 'Process lb2 has started'])
  for (const daemon of site.daemons) {
    for (const name of ['app1', 'app2']) await daemon.ask(`set server app/${name} health down`)
  }
  await until('the backend to be told', async () => (await titles(site))[0] === 'Backend app has no usable server')
  await site.daemons[1]!.stop()
  const missing = 'Process lb2 is missing'
  await until('the process to be missed', async () => (await titles(site)).includes(missing))
  const { complete, missing: names } = await ask(site, 'overview')
  expect([complete, names]).toEqual([false, ['lb2']])
})

test('the history is there after a restart of the program', async () => {
  const site = await httpSite({ daemons: 1 })
  const first = await site.newSnapshot()
  await site.newSnapshot()
  expect(await site.process.stop()).toBe(0)
  const again = new Program('process', '-f', join(site.base, 'haproxystats.conf'))
  await again.said('watching')
  await until('the server to answer', async () => (await site.get('/ready').catch(() => undefined))?.ok)
  const { begin, step, series } = await ask(site, 'history?key=daemon&field=CurrConns&range=600&points=600')
  expect(series[0]!.values[(first - begin) / step]).not.toBeNull()
  expect(again.log.filter(({ level }) => level >= 40)).toEqual([])
})
