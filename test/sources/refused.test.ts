/** Sockets that HAProxy leaves behind: of a process that answered before, and of one that never did. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestName, parseManifest } from '@haproxystats/core'
import { expect, test } from 'vitest'
import { levels, type Pull, startPull } from '../pull/pull-program.ts'
import { startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const reportIn = async (pull: Pull, snapshot: string) => {
  const report = parseManifest(await readFile(join(pull.queue, snapshot, manifestName)))!.pull!
  return { complete: report.complete, ...Object.fromEntries(report.sources.map(({ name, result }) => [name, result])) }
}

/** Waits for a snapshot with this report. */
const published = (pull: Pull, expected: Record<string, unknown>) =>
  until(`a snapshot with ${JSON.stringify(expected)}`, async () => {
    const [snapshot] = (await pull.snapshots()).slice(-1)
    const report = snapshot === undefined ? {} : await reportIn(pull, snapshot)
    return JSON.stringify(report) === JSON.stringify(expected)
  })

async function startTwo() {
  const sockets = await temporaryDirectory()
  const names = ['lb1.sock', 'lb2.sock']
  const start = (name: string) => startHaproxy({ sockets: [name], socketDirectory: sockets })
  const [lb1, lb2] = await Promise.all(names.map(start))
  return { sockets, lb1: lb1!, lb2: lb2! }
}

const both = { complete: true, 'lb1.sock': 'answered', 'lb2.sock': 'answered' }
const missed = { complete: false, 'lb1.sock': 'answered', 'lb2.sock': 'failed' }
const left = { complete: true, 'lb1.sock': 'answered', 'lb2.sock': 'stale' }

test('a process that was killed has failed, over restarts of the program too, until stale-after has passed', async () => {
  const { sockets, lb2 } = await startTwo()
  const options = { 'socket-dir': sockets, 'on-failure': 'partial' }
  const first = await startPull({ pull: options })
  await published(first, both)
  await lb2.stop()
  await published(first, missed)
  const error = await first.line(/lb2\.sock.*refused.*it answered before.*restart HAProxy.*remove the socket/)
  expect(error).toMatchObject({ level: levels.error, code: 'SOURCE_CONNECT' })
  await first.program.stop()

  const second = await startPull({ base: first.base, pull: { ...options, 'pull-interval': 2 } })
  const [snapshot] = await second.published()
  expect(await reportIn(second, snapshot!)).toEqual(missed)
  await second.program.stop()

  const third = await startPull({ base: first.base, pull: { ...options, 'stale-after': 1 } })
  await published(third, left)
  const given = await third.line(/lb2\.sock.*for more than 1 s \(stale-after\).*ignored/)
  expect(given.level).toBe(levels.warning)
  await third.more(/stale socket: .*lb2\.sock/)
  expect(third.lines(/stale socket: .*lb2\.sock/, levels.warning)).toHaveLength(1)

  await startHaproxy({ sockets: ['lb2.sock'], socketDirectory: sockets })
  await third.line(/lb2\.sock answers again/)
  await published(third, both)
})

test('a killed process has failed until its socket is removed', async () => {
  const { sockets, lb2 } = await startTwo()
  const pull = await startPull({ pull: { 'socket-dir': sockets, 'on-failure': 'partial' } })
  await published(pull, both)
  await lb2.stop()
  await published(pull, missed)
  await rm(join(sockets, 'lb2.sock'))
  await published(pull, { complete: true, 'lb1.sock': 'answered' })
  await pull.line(/lb2\.sock is gone/)
})

test('reloads leave no source that has failed', async () => {
  const { sockets, lb1, lb2 } = await startTwo()
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  await pull.published()
  for (const daemon of [lb1, lb2, lb1, lb2]) await daemon.reload()
  const snapshot = (await pull.published(2)).at(-1)!
  expect(await reportIn(pull, snapshot)).toEqual(both)
  expect(pull.lines(/lb\d\.sock/, levels.error)).toEqual([])
  expect(pull.lines(/lb\d\.sock/, levels.warning)).toEqual([])
})
