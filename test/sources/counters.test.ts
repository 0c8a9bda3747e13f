/** Counters that never fall, over real reloads and whatever happens to the programs. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Pull } from '../pull/pull-program.ts'
import { Program } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { hold, reload, startMaster } from './master.ts'

/** More in a longer run: RELOADS=50. */
const reloads = Number(process.env['RELOADS'] ?? 10)

test(
  'sums are the traffic that was sent, over reloads and kills of both programs',
  async () => {
    const running = await startMaster()
    const base = await temporaryDirectory()
    const file = join(base, 'haproxystats.conf')
    const stored = join(base, 'stored')
    const settings = [
      ...['[paths]', `base-dir = ${base}`],
      ...[
        '[pull]',
        `servers = master://${running.master}`,
        'counters = monotonic',
        'pull-interval = 1',
        'pull-timeout = 0',
      ],
      ...['[process]', 'workers = 2', '[graphite]', 'enabled = false', 'prefix-hostname = false'],
      ...['[local-store]', `dir = ${stored}`],
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
