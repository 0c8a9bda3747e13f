/** Both programs under lasting load: a snapshot a second, reloads, outages of Graphite, scrapers. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { parseExposition } from '../support/exposition.ts'
import { startFleet } from '../support/fleet.ts'
import { freePort } from '../support/free-port.ts'
import { Program } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { flappingReceiver } from './flapping-receiver.ts'
import { kinds, medians, type Usage, usageOf } from './usage.ts'

const seconds = Number(process.env['SOAK_SECONDS'] ?? 1800)

/** Heaps reach their size after so many seconds; a shorter run judges only descriptors and threads. */
const warm = 900

/** Samples of this first part of the time do not count. */
const settled = 1 / 3

const paths = ['/metrics', '/stats;csv', '/info', '/api/v1/overview', '/']

const every = async (milliseconds: number, stop: AbortSignal, work: () => Promise<unknown>) => {
  while (!stop.aborted) {
    await work()
    await delay(milliseconds, undefined, { signal: stop }).catch(() => undefined)
  }
}

const countersOf = (exposition: string) =>
  new Map(
    parseExposition(exposition, 'text').flatMap(({ type, samples }) =>
      type === 'counter'
        ? samples.map(({ name, labels, value }) => [name + JSON.stringify(labels), Number(value)] as const)
        : [],
    ),
  )

test(
  `memory, descriptors and threads stay as they are for ${seconds} s`,
  async () => {
    const base = await temporaryDirectory()
    const { daemons, sections } = await startFleet(base, 2)
    const receiver = await flappingReceiver({ up: 4000, down: 3000 })
    const port = await freePort()
    const file = join(base, 'haproxystats.conf')
    const graphite = `[graphite]\nport = ${receiver.port}\ninterval = 0.5\ndelay = 1\n`
    await writeFile(file, `${sections}\n[process]\nworkers = 2\n${graphite}[http]\nlisten = 127.0.0.1:${port}\n`)
    const programs = { pull: new Program('pull', '-f', file), process: new Program('process', '-f', file) }
    const get = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(30_000) })
      return { status: answer.status, body: await answer.text() }
    }
    await until(
      'the first snapshot to be served',
      async () => (await get('/ready').catch(() => undefined))?.status === 200,
    )

    const ending = new AbortController()
    onTestFinished(() => ending.abort())
    const samples: Record<keyof typeof programs, Usage[]> = { pull: [], process: [] }
    const refused: string[] = []
    const fallen = new Set<string>()
    let counters = new Map<string, number>()
    let scrapes = 0
    let reloads = 0
    const scrape = async (path: string) => {
      const { status, body } = await get(path)
      scrapes++
      if (status !== 200) refused.push(`${path} ${status}`)
      return body
    }
    const scrapeAll = async () => {
      for (const path of paths) await scrape(path)
    }
    const scrapeMetrics = async () => {
      const now = countersOf(await scrape('/metrics'))
      for (const [name, value] of now) if (value < (counters.get(name) ?? 0)) fallen.add(name)
      counters = now
    }
    const stop = ending.signal
    const work = [
      every(500, stop, scrapeMetrics),
      every(700, stop, scrapeAll),
      every(100, stop, () =>
        fetch(`http://127.0.0.1:${daemons[reloads % 2]?.port('www')}/`, { headers: { connection: 'close' } }).catch(
          () => undefined,
        ),
      ),
      every(5000, stop, async () => daemons[reloads++ % 2]?.reload()),
      every(1000, stop, async () => {
        for (const name of ['pull', 'process'] as const) samples[name].push(await usageOf(programs[name].pid))
      }),
    ]
    await delay(seconds * 1000)
    ending.abort()
    await Promise.all(work)

    const rows = (['pull', 'process'] as const).flatMap((name) => {
      const [first, last] = [
        medians(samples[name], settled, 0.5 + settled / 2),
        medians(samples[name], 0.5 + settled / 2, 1),
      ]
      return kinds.map((kind) => ({ name, kind, first: first[kind], last: last[kind] }))
    })
    const text = rows.map(({ name, kind, first, last }) => `${name} ${kind}: ${first.toFixed(0)} → ${last.toFixed(0)}`)
    const summary = `${seconds} s: ${reloads} reloads, ${receiver.outages} outages, ${receiver.lines} lines, ${scrapes} scrapes`
    process.stdout.write(`${[summary, ...text].join('\n')}\n`)

    expect(refused).toEqual([])
    expect([...fallen]).toEqual([])
    expect(counters.size).toBeGreaterThan(100)
    expect(receiver.lines).toBeGreaterThan(seconds)
    for (const { name, kind, first, last } of rows) {
      if (kind === 'memory' && seconds < warm) continue
      const most = kind === 'memory' ? first * 1.05 : first + 2
      expect(last, `${kind} of ${name}`).toBeLessThanOrEqual(most)
    }
    const status = JSON.parse(await readFile(join(base, 'haproxystats-pull.status.json'), 'utf8'))
    expect(status.skipped['queue-full']).toBe(0)
    expect(status.published).toBeGreaterThan(0.9 * seconds)
    expect([...programs.pull.log, ...programs.process.log].filter(({ level }) => level >= 50)).toEqual([])
  },
  (seconds + 120) * 1000,
)
