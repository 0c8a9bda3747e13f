/** Snapshots when sources do not answer, and what is reported. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { levels, startPull, withoutPrivileges } from '../pull/pull-program.ts'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

test('every snapshot tells what came of each source', async () => {
  const daemon = await startHaproxy()
  const sockets = await temporaryDirectory()
  const stale = await startHaproxy({ sockets: ['old.sock'], socketDirectory: sockets })
  await stale.stop()
  const pull = await startPull({ pull: { 'socket-dir': sockets, servers: `unix://${daemon.sockets[0]}` } })
  const [snapshot] = await pull.published()
  const files = await pull.read(snapshot!)
  const report = await pull.report(snapshot!)
  expect(report).toEqual({
    seconds: expect.any(Number),
    complete: true,
    counters: 'raw',
    sources: [
      {
        name: 'lb1.sock',
        source: `unix://${daemon.sockets[0]}`,
        result: 'answered',
        seconds: expect.any(Number),
        retries: 0,
        pid: daemon.pid,
        bytes: files['lb1.sock_info']!.length + files['lb1.sock_stat']!.length,
      },
      {
        name: 'old.sock',
        source: `unix://${join(sockets, 'old.sock')}`,
        result: 'stale',
        seconds: expect.any(Number),
        retries: expect.any(Number),
        bytes: 0,
      },
    ],
  })
  expect(report!.seconds).toBeGreaterThanOrEqual(report!.sources[0]!.seconds)
})

test.each([
  ['discard', /not sent to Graphite or local-store .* \(on-failure = discard\)/],
  ['partial', /marked incomplete \(on-failure = partial\)/],
])('with on-failure = %s what answers is published, and the snapshot says what is missing', async (onFailure, told) => {
  const good = await fakeHaproxy()
  // More than the buffer holds has been written to the disk when it breaks off.
  const bad = await fakeHaproxy({ answer: exampleAnswer({ servers: 500 }), cutAfter: 20_000 })
  const servers = [good, bad].map(({ address }) => address).join(', ')
  const pull = await startPull({ pull: { servers, 'on-failure': onFailure, 'buffer-limit': 1000 } })
  const [snapshot] = await pull.published()
  const name = `127.0.0.1_${new URL(good.address).port}`
  expect(Object.keys(await pull.read(snapshot!))).toEqual([`${name}_info`, `${name}_stat`])
  const report = await pull.report(snapshot!)
  expect(report?.complete).toBe(false)
  expect(report?.sources[1]).toMatchObject({ source: bad.address, result: 'failed', code: 'ANSWER_TRUNCATED' })
  expect(report?.sources[1]?.error).toMatch(/without its empty line/)
  expect(pull.lines(told, levels.error)).toHaveLength(1)
  const line = await pull.line(/^snapshot \d+ is incomplete: 1 process read, without 1 that did not answer/)
  expect(line).toMatchObject({ sources: 1, failed: 1 })

  bad.behave({})
  await pull.line(/answers again/)
  const whole = (await pull.published(2)).at(-1)!
  expect((await pull.report(whole))?.complete).toBe(true)
  expect(Object.keys(await pull.read(whole))).toHaveLength(4)
  // The file follows what happened within a second.
  await until('the status to count the whole one', async () => {
    const { partial, published } = await pull.status()
    return Number(partial) > 0 && Number(published) > Number(partial)
  })
})

test('when no source answers, the snapshot says which and why, and holds nothing else', async () => {
  const silent = await fakeHaproxy({ stallAfter: 0 })
  const cut = await fakeHaproxy({ cutAfter: 0 })
  const pull = await startPull({ pull: { servers: `${silent.address}, ${cut.address}` } })
  const [snapshot] = await pull.published()
  expect(await pull.read(snapshot!)).toEqual({})
  const failed = { result: 'failed', bytes: 0, error: expect.any(String) }
  expect(await pull.report(snapshot!)).toMatchObject({
    complete: false,
    sources: [
      { ...failed, source: silent.address, code: 'SOURCE_TIMEOUT' },
      { ...failed, source: cut.address, code: 'ANSWER_TRUNCATED' },
    ],
  })
  await pull.line(/^snapshot \d+ is incomplete: 0 processes read, without 2 that did not answer/)
  await pull.program.stop()
  const { published, incomplete, partial, lastComplete } = await pull.status()
  expect([incomplete, partial, lastComplete]).toEqual([published, 0, undefined])
})

test('a socket-dir that cannot be read makes the snapshot incomplete, and is named in it', async () => {
  const fake = await fakeHaproxy()
  const sockets = join(await temporaryDirectory(), 'closed')
  await mkdir(sockets)
  await chmod(sockets, 0)
  const pull = await startPull({ pull: { 'socket-dir': sockets, servers: fake.address }, through: withoutPrivileges })
  const warning = await pull.line(/socket-dir .*closed cannot be read: EACCES/)
  expect(warning.msg).toMatch(/snapshots are marked incomplete until it can be read/)
  const [snapshot] = await pull.published()
  expect(Object.keys(await pull.read(snapshot!))).toHaveLength(2)
  const error = expect.stringMatching(/^socket-dir .*closed cannot be read: EACCES/)
  expect(await pull.report(snapshot!)).toMatchObject({
    complete: false,
    sources: [
      { source: fake.address, result: 'answered' },
      { name: 'socket-dir', source: sockets, result: 'failed', error },
    ],
  })
  await rm(sockets, { recursive: true })
  await mkdir(sockets)
  await pull.line(/can be read again/)
  const whole = (await pull.published(2)).at(-1)!
  expect((await pull.report(whole))?.complete).toBe(true)
})

test('a process at the limit of "stats maxconn" is told as such', async () => {
  const daemon = await startHaproxy({ global: '  stats maxconn 2\n  stats timeout 60s\n' })
  const pull = await startPull({ pull: { servers: `unix://${daemon.sockets[0]}` } })
  await pull.published()
  const { connect } = await import('node:net')
  const others = [1, 2, 3].map(() => connect(daemon.sockets[0]!).on('error', () => undefined))
  const error = await pull.line(/no answer after connecting; all connections that "stats maxconn" allows/)
  expect(error).toMatchObject({ level: levels.error, code: 'SOURCE_TIMEOUT' })
  for (const socket of others) socket.destroy()
  await pull.line(/lb1\.sock answers again/)
})
