/** What becomes of snapshots when sources do not answer, and what is told of it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestName, parseManifest } from '@haproxystats/core'
import { expect, test } from 'vitest'
import { levels, type Pull, startPull } from '../pull/pull-program.ts'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const reportIn = async (pull: Pull, snapshot: string) =>
  parseManifest(await readFile(join(pull.queue, snapshot, manifestName)))?.pull

test('every snapshot tells what came of each source', async () => {
  const daemon = await startHaproxy()
  const sockets = await temporaryDirectory()
  const stale = await startHaproxy({ sockets: ['old.sock'], socketDirectory: sockets })
  await stale.stop()
  const pull = await startPull({ pull: { 'socket-dir': sockets, servers: `unix://${daemon.sockets[0]}` } })
  const [snapshot] = await pull.published()
  const files = await pull.read(snapshot!)
  const report = await reportIn(pull, snapshot!)
  expect(report).toEqual({
    seconds: expect.any(Number),
    complete: true,
    counters: 'raw',
    sources: [
      {
        ...{ name: 'lb1.sock', source: `unix://${daemon.sockets[0]}`, result: 'answered' },
        ...{ seconds: expect.any(Number), retries: 0, pid: daemon.pid },
        bytes: files['lb1.sock_info']!.length + files['lb1.sock_stat']!.length,
      },
      {
        ...{ name: 'old.sock', source: `unix://${join(sockets, 'old.sock')}`, result: 'stale' },
        ...{ seconds: expect.any(Number), retries: expect.any(Number), bytes: 0 },
      },
    ],
  })
  expect(report!.seconds).toBeGreaterThanOrEqual(report!.sources[0]!.seconds)
})

test('with on-failure = partial what answers is published, and the snapshot says what is missing', async () => {
  const good = await fakeHaproxy()
  // More than the buffer holds has been written to the disk when it breaks off.
  const bad = await fakeHaproxy({ answer: exampleAnswer({ servers: 500 }), cutAfter: 20_000 })
  const servers = [good, bad].map(({ address }) => address).join(', ')
  const pull = await startPull({ pull: { servers, 'on-failure': 'partial', 'buffer-limit': 1000 } })
  const [snapshot] = await pull.published()
  const name = `127.0.0.1_${new URL(good.address).port}`
  expect(Object.keys(await pull.read(snapshot!))).toEqual([`${name}_info`, `${name}_stat`])
  const report = await reportIn(pull, snapshot!)
  expect(report?.complete).toBe(false)
  expect(report?.sources[1]).toMatchObject({ source: bad.address, result: 'failed', code: 'ANSWER_TRUNCATED' })
  expect(report?.sources[1]?.error).toMatch(/without its empty line/)
  expect(pull.lines(/snapshots are published without it \(on-failure = partial\)/, levels.error)).toHaveLength(1)
  expect((await pull.line(/^snapshot \d+: 1 processes read, without 1 that did not answer/))['failed']).toBe(1)

  bad.behave({})
  await pull.line(/answers again/)
  const whole = (await pull.published(2)).at(-1)!
  expect((await reportIn(pull, whole))?.complete).toBe(true)
  expect(Object.keys(await pull.read(whole))).toHaveLength(4)
  // The file follows what happened within a second.
  await until('the status to count the whole one', async () => {
    const { partial, published } = await pull.status()
    return Number(partial) > 0 && Number(published) > Number(partial)
  })

  for (const fake of [good, bad]) fake.behave({ cutAfter: 0 })
  await pull.more(/is incomplete and not published/, 2)
  const before = await pull.snapshots()
  await pull.more(/is incomplete and not published/)
  expect(await pull.snapshots()).toEqual(before)
})

test('a process at the limit of "stats maxconn" is told as such', async () => {
  const daemon = await startHaproxy({ global: '  stats maxconn 2\n  stats timeout 60s\n' })
  const pull = await startPull({ pull: { servers: `unix://${daemon.sockets[0]}` } })
  await pull.published()
  const { connect } = await import('node:net')
  const others = [1, 2, 3].map(() => connect(daemon.sockets[0]!).on('error', () => undefined))
  const error = await pull.line(/said nothing; as many others as "stats maxconn" allows/)
  expect(error).toMatchObject({ level: levels.error, code: 'SOURCE_TIMEOUT' })
  for (const socket of others) socket.destroy()
  await pull.line(/lb1\.sock answers again/)
})
