import { parseRecord, scanHeader } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { allRecorded } from '../../../../../test/support/recorded.ts'
import { snapshotView } from '../../../../../test/support/snapshot-view.ts'
import { renderCsv } from './csv.ts'
import { chosenRows, parseRowChoice } from './row-choice.ts'

/** The rows of an answer as cells by name of their column, in the order of `show stat`; read by csv-parse alone. */
function recordsOf(bytes: Uint8Array): Map<string, string>[] {
  const { header, rows } = scanHeader(bytes)
  const records: Map<string, string>[] = []
  for (let position = rows; position < bytes.length && bytes[position] !== 0x0a; ) {
    const { cells, end } = parseRecord(bytes, position)
    records.push(new Map([...header.position].map(([name, cell]) => [name, cells[cell]?.toString() ?? ''])))
    position = end
  }
  return records
}

/** Rows of one name within one process (`bind … name` may be given twice) are merged like those of several. */
function unrepeated(records: readonly Map<string, string>[]): Map<string, string>[] {
  const nameOf = (record: Map<string, string>) =>
    ['pxname', 'svname', 'type'].map((name) => record.get(name)).join('\n')
  return records.filter((record) => records.filter((other) => nameOf(other) === nameOf(record)).length === 1)
}

describe('the CSV of one process alone', () => {
  it.each(allRecorded)('is what $name printed, cell by cell', ({ info, stat }) => {
    const view = snapshotView({ lb1: { info, stat } })
    const csv = renderCsv(view, chosenRows(view, parseRowChoice([])))
    const given = unrepeated(recordsOf(stat))
    const made = new Map(
      recordsOf(csv).map((record) => [
        `${record.get('pxname')}\n${record.get('svname')}\n${record.get('type')}`,
        record,
      ]),
    )
    expect(given.length).toBeGreaterThan(3)
    for (const record of given) {
      const merged = made.get(`${record.get('pxname')}\n${record.get('svname')}\n${record.get('type')}`)
      expect(Object.fromEntries([...(merged ?? [])].filter(([name]) => name !== 'agg'))).toEqual(
        Object.fromEntries(record),
      )
      expect(merged?.get('agg')).toBe('lb1')
    }
    const names = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split('\n')[0]
    const usable = (line = '') =>
      line.split(',').filter((name, at, all) => !['(null)', ''].includes(name) && all.indexOf(name) === at)
    expect(usable(names(csv))).toEqual([...usable(names(stat)), 'agg'])
  })
})
