import { fileURLToPath } from 'node:url'
import { type Logger, parseConfiguration } from '@haproxystats/core'
import { expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/support/until.ts'
import { HttpService } from './service.ts'

const file = fileURLToPath(new URL('../../../../test/support/odd-thread.mjs', import.meta.url))
const { signal } = new AbortController()

/** Snapshots are named by what the thread does with them. */
function serve() {
  const told: string[] = []
  const error = (_facts: unknown, message: string) => told.push(message)
  const log = { child: () => log, error } as unknown as Logger
  const service = new HttpService(parseConfiguration('[http]\n'), {
    log,
    pathOf: (snapshot) => snapshot,
    file,
    readTime: 2000,
    closeTime: 2000,
    restartPause: 10,
  })
  onTestFinished(() => service.close())
  const { sink } = service.lane
  const send = (snapshot: string) => sink.send([{ snapshot, bytes: new Uint8Array(0), datapoints: 0 }], signal)
  return { told, send, sink }
}

it('hands over one snapshot after the other, and tells of those that cannot be read', async () => {
  const { told, send } = serve()
  await send('fine')
  await send('troubles')
  await send('fine')
  expect(told).toEqual(['snapshot troubles cannot be shown: not what it should be'])
})

it.each(['exits', 'throws', 'hangs'])('holds up nothing when the thread %s, and has another one', async (way) => {
  const { told, send } = serve()
  await send(way)
  expect(told.join()).toContain(`snapshot ${way} cannot be shown`)
  // Until the new thread is there nobody reads, which is no trouble either.
  for (let times = 0; times < 20; times++) await send('fine')
  await until('the new thread', async () => {
    await send('troubles')
    return told.includes('snapshot troubles cannot be shown: not what it should be')
  })
  expect(told.some((line) => line.includes('a new one follows'))).toBe(true)
})

it('stops waiting when the program is killed', async () => {
  const { sink } = serve()
  const kill = new AbortController()
  const sending = sink.send([{ snapshot: 'hangs', bytes: new Uint8Array(0), datapoints: 0 }], kill.signal)
  kill.abort()
  await sending
})
