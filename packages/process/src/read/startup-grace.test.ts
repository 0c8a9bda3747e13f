import { parseInfo, scanHeader, scanRows } from '@haproxystats/haproxy'
import { expect, it } from 'vitest'
import { allRecorded } from '../../../../test/support/recorded.ts'
import { infoAnswer } from '../../../../test/support/stat-answer.ts'
import { infoWithoutAverages, isYoung, statWithoutAverages, youngAverages } from './startup-grace.ts'

it('concerns what HAProxy averages over time', () => {
  expect([...youngAverages.stat]).toEqual(['qtime', 'ctime', 'rtime', 'ttime'])
  expect([...youngAverages.info]).toEqual(['Idle_pct', 'SslFrontendSessionReuse_pct'])
})

it.each([
  [4, 5, true],
  [5, 5, false],
  ['', 5, false],
  [0, 0, false],
])('a process of %j seconds with a grace of %j', (Uptime_sec, grace, young) => {
  expect(isYoung(parseInfo(infoAnswer({ Uptime_sec })), grace)).toBe(young)
})

it.each(allRecorded)('$name without averages is the same but for them', ({ info, stat }) => {
  const without = statWithoutAverages(stat)
  const [before, after] = [scanHeader(stat), scanHeader(without)]
  const names = before.header.names.filter((name) => before.header.position.has(name))
  const missing = [...new Set(names)].filter((name) => !after.header.position.has(name))
  expect(missing).toEqual(names.filter((name) => youngAverages.stat.has(name)))
  const rows = (bytes: Uint8Array, { header, rows: start }: typeof before) => {
    let count = 0
    scanRows(bytes, header, start, () => count++)
    return count
  }
  expect(rows(without, after)).toBe(rows(stat, before))
  const lines = parseInfo(info)
  expect([...infoWithoutAverages(lines).keys()]).toEqual(
    [...lines.keys()].filter((name) => !youngAverages.info.has(name)),
  )
})
