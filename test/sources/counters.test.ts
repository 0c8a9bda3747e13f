/** Counters that never fall, over real reloads and whatever happens to the programs. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Pull } from '../pull/pull-program.ts'
import { parseExposition } from '../support/exposition.ts'
import type { PortOf } from '../support/haproxy.ts'
import { httpSite } from '../support/http-site.ts'
import { Program } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { hold, reload, startMaster } from './master.ts'

/** Six have every kill and a held connection; more in a longer run: RELOADS=50. */
const reloads = Number(process.env['RELOADS'] ?? 6)

test(
  'sums are the traffic that was sent, over reloads and kills of both programs',
  async () => {
    const running = await startMaster()
    const base = await temporaryDirectory()
    const file = join(base, 'haproxystats.conf')
    const stored = join(base, 'stored')
    const settings = [
      '[paths]',
      `base-dir = ${base}`,
      '[pull]',
      `servers = master://${running.master}`,
      'counters = monotonic',
      'pull-interval = 1',
      'pull-timeout = 0',

      '[process]',
      'workers = 2',
      '[graphite]',
      'enabled = false',
      'prefix-hostname = false',
      '[local-store]',
      `dir = ${stored}`,
    ]
    await writeFile(file, settings.join('\n'))
    const start = (name: 'pull' | 'process') => new Program(name, '-f', file)
    const programs = { pull: start('pull'), process: start('process') }
    const pull = () => new Pull(base, programs.pull)
    /** The newest snapshot, when it was begun after this moment. */
    const readSince = (time: number) =>
      until('a snapshot of now', async () => {
        const status = await pull()
          .status()
          .catch(() => ({ lastPublished: 0 }))
        const last = Number(status['lastPublished'] ?? 0)
        return last * 1000 > time && last
      })
    const snapshots: number[] = []
    let requests = 0
    for (let round = 1; round <= reloads; round++) {
      for (let request = 0; request < round % 7; request++) {
        const url = `http://127.0.0.1:${running.haproxy.port('www')}/`
        await (await fetch(url, { headers: { connection: 'close' } })).text()
        requests++
      }
      const held = round % 5 === 0 ? await hold(running.haproxy.port('held')) : undefined
      snapshots.push(await readSince(Date.now()))
      await reload(running)
      held?.destroy()
      for (const [name, every] of [
        ['pull', 3],
        ['process', 4],
      ] as const) {
        if (round % every !== 0) continue
        await programs[name].stop('SIGKILL')
        programs[name] = start(name)
      }
    }
    snapshots.push(await readSince(Date.now()))
    const last = snapshots.at(-1)!
    const linesOf = async (snapshot: number) => {
      const text = await until(`snapshot ${snapshot} to be stored`, () =>
        readFile(join(stored, String(snapshot), 'stats'), 'utf8').catch(() => undefined),
      )
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' '))
      return new Map(lines.map(([path = '', value]) => [path.replace('loadbalancers.haproxy.', ''), Number(value)]))
    }
    const values = await linesOf(last)
    expect(values.get('frontend.www.stot')).toBe(requests)
    expect(values.get('frontend.www.hrsp_2xx')).toBe(requests)
    expect(values.get('frontend.held.stot')).toBe(Math.floor(reloads / 5))
    let before = 0
    for (const snapshot of snapshots) {
      const now = (await linesOf(snapshot)).get('frontend.www.stot')!
      expect(now).toBeGreaterThanOrEqual(before)
      before = now
    }
    for (const program of Object.values(programs)) expect(program.errors).toBe('')
  },
  60_000 + reloads * 10_000,
)

/** One server that is there, and one whose checks fail. */
const proxies = (port: PortOf) => `
frontend www
  option socket-stats
  bind 127.0.0.1:${port('www')}
  default_backend app

backend app
  server up 127.0.0.1:${port('echo')}
  server gone 127.0.0.1:1 check inter 100ms fall 1

frontend echo
  bind 127.0.0.1:${port('echo')}
  http-request return status 200 content-type text/plain string ok
`

test('counters for Prometheus do not fall at reloads, whatever Graphite gets', async () => {
  const site = await httpSite({ daemons: 2, global: '  nbthread 2\n', config: proxies })
  let requests = 0
  const send = async (daemon: number, times: number) => {
    for (let request = 0; request < times; request++) {
      const url = `http://127.0.0.1:${site.daemons[daemon]!.port('www')}/`
      await (await fetch(url, { headers: { connection: 'close' } })).text()
      requests++
    }
  }
  /** Every sample of a counter, of a snapshot that was begun later than now. */
  const counters = async () => {
    await site.newSnapshot()
    const families = parseExposition(await (await site.get('/metrics')).text(), 'text')
    const grown = families.filter(({ name, type, help }) => {
      return name.startsWith('haproxy_') && type === 'counter' && !help.includes('HAProxy calls a counter')
    })
    return new Map<string, number>(
      grown.flatMap(({ samples }) =>
        samples.map(({ name, labels, value }) => [`${name} ${JSON.stringify(labels)}`, Number(value)] as const),
      ),
    )
  }
  const www = (name: string) => `haproxy_frontend_${name} ${JSON.stringify({ proxy: 'www' })}`
  const gone = (name: string) => `haproxy_server_${name} ${JSON.stringify({ proxy: 'app', server: 'gone' })}`
  await send(0, 40)
  await send(1, 5)
  let before = await until('a server to be down for a while', async () => {
    const now = await counters()
    return Number(now.get(gone('downtime_seconds_total'))) >= 3 && now
  })
  expect(Number(before.get(gone('check_up_down_total')))).toBe(1)
  for (const [round, daemon] of [0, 1, 0].entries()) {
    await site.daemons[daemon]!.reload()
    for (const times of [0, 3]) {
      await send(daemon, times)
      const now = await counters()
      const fallen = [...before].filter(([name, value]) => (now.get(name) ?? 0) < value)
      expect(fallen, `reload ${round + 1}`).toEqual([])
      expect([now.get(www('sessions_total')), now.get(www('http_requests_total'))]).toEqual([requests, requests])
      before = now
    }
  }
  expect(Number(before.get(gone('check_up_down_total')))).toBeGreaterThan(1)
  expect(site.pull.errors).toBe('')
})
