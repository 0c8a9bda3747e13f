import { fileURLToPath } from 'node:url'
import type { Logger } from '@haproxystats/core'
import { expect, it, onTestFinished } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { until } from '../../../../test/support/until.ts'
import type { Batch } from '../types/output.ts'
import { HttpService, type ServiceContext } from './service.ts'

const file = fileURLToPath(new URL('../../../../test/support/odd-thread.mjs', import.meta.url))
const { signal } = new AbortController()

const ways = ['fine', 'troubles', 'exits', 'throws', 'hangs', 'eats'] as const
type Way = (typeof ways)[number]

/** The number of a snapshot says what the thread does with it. */
function batchOf(way: Way): Batch {
  const memory = new SharedArrayBuffer(0)
  const section = { version: '', start: 0, length: 0 }
  const snapshot = ways.indexOf(way)
  const sections = { layout: section, textStarts: section, dictionary: section, head: section }
  const aggregate = { snapshot, rows: 0, numbers: memory, texts: memory, rest: memory, ...sections }
  return { snapshot: String(snapshot), bytes: new Uint8Array(0), datapoints: 0, aggregate }
}

function serve(different: Partial<ServiceContext> = {}) {
  const told: string[] = []
  const pauses: number[] = []
  const debug = ({ pause }: { pause: number }) => pauses.push(pause)
  const error = (facts: { pause?: number }, message: string) => {
    told.push(message)
    if (facts.pause !== undefined) pauses.push(facts.pause)
  }
  const info = (_: object, message: string) => told.push(message)
  const log = { child: () => log, debug, error, info } as unknown as Logger
  const service = new HttpService(parseConfiguration('[http]\nthread-memory = 64\n'), {
    log,
    pathOf: () => '/nowhere',
    readSources: async () => ({}),
    file,
    readTime: 2000,
    closeTime: 2000,
    restartPause: 10,
    ...different,
  })
  onTestFinished(() => service.close())
  const { sink } = service.outputQueue
  const send = (way: Way) => sink.send([batchOf(way)], signal)
  return { told, pauses, send, sink }
}

it('hands over one snapshot after the other, and tells of those that cannot be read', async () => {
  const { told, send } = serve()
  await send('fine')
  await send('troubles')
  await send('fine')
  expect(told).toEqual(['snapshot 1 cannot be shown: not what it should be'])
})

it.each(['exits', 'throws', 'hangs'] as const)(
  'holds up nothing when the thread %s, and has another one',
  async (way) => {
    const { told, send } = serve()
    await send(way)
    expect(told.join()).toContain(`snapshot ${ways.indexOf(way)} cannot be shown`)
    // Until the new thread is there nobody reads, which is no trouble either.
    for (let times = 0; times < 20; times++) await send('fine')
    await until('the new thread', async () => {
      await send('troubles')
      return told.includes('snapshot 1 cannot be shown: not what it should be')
    })
    expect(told.some((line) => line.includes('a new one follows'))).toBe(true)
  },
)

it('stops waiting when the program is killed', async () => {
  const { sink } = serve()
  const kill = new AbortController()
  const sending = sink.send([batchOf('hangs')], kill.signal)
  kill.abort()
  await sending
})

it('has a thread that takes too much memory ended, and nothing else', async () => {
  const { told, send } = serve({ readTime: 20_000 })
  await send('eats')
  await until('its end', () =>
    told.some((line) => line.includes('out of memory: it needs more than thread-memory, 64 MiB')),
  )
  await until('another', async () => {
    await send('fine')
    return told.includes('a new thread serves [http], and has read a snapshot')
  })
})

it.each([
  ['cannot be created', 'nowhere.mjs'],
  ['cannot be loaded', '/nowhere/thread.mjs'],
])('tries a thread that %s again with growing pauses, and tells of it once', async (_title, nowhere) => {
  const { told, pauses, send } = serve({ file: nowhere })
  await send('fine')
  await until('five attempts', async () => {
    await send('fine')
    return pauses.length >= 5
  })
  expect(told.filter((line) => line.includes('a new one follows'))).toHaveLength(1)
  expect(told.filter((line) => line.includes('cannot be shown')).length).toBeLessThanOrEqual(1)
  // Each is twice the one before, give or take a fifth.
  for (const [index, pause] of pauses.slice(1).entries()) expect(pause).toBeGreaterThan(pauses[index]! * 1.2)
})
