import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { goldenSnapshots, release } from '../../../../test/support/recorded.ts'
import { infoAnswer, statAnswer } from '../../../../test/support/stat-answer.ts'
import { ViewReader } from '../http/live/view-reader.ts'
import { type Outputs, Pipeline } from './pipeline.ts'

const nothing = () => undefined
const events = { collision: nothing, unknownField: nothing, brokenField: nothing }
const all = ['daemon', 'frontend', 'backend', 'server'].map((kind) => `${kind}-metrics = default all`).join('\n')

/** What is sent of a snapshot, but for times, and what is shown of it. */
function madeOf(path: string, options: string, outputs: Outputs) {
  const pipeline = new Pipeline(parseConfiguration(`[process]\n${options}`).process, events)
  // The second time rows are read quickly.
  const [, made] = [1, 2].map(() => {
    const { tables, aggregate } = pipeline.run({ path, snapshot: 1_700_000_000, outputs })
    const sent = tables.filter(({ kind }) => kind !== 'own').map((table) => ({ ...table, values: [...table.values] }))
    return { sent, view: aggregate && new ViewReader().read(aggregate) }
  })
  const { sent, view } = made!
  const rows = view?.rows.map((row, index) => {
    const cells = view.columns.map(({ name }, column) => [name, view.text(index, column)])
    const numbers = view.numbers.slice(index * view.columns.length, (index + 1) * view.columns.length)
    return { row, cells, numbers }
  })
  return { sent, shown: view && { rows, info: view.info, tables: view.tables, bigIntegers: view.bigIntegers } }
}

function snapshotOf(files: Readonly<Record<string, Uint8Array>>): string {
  const path = mkdtempSync(join(tmpdir(), 'hs-one-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes)
  return path
}

/** Columns that one process has and another one has not, cells that are empty in all, numbers that are none, and counters of before. */
const mixed = {
  _carried_stat: statAnswer(['pxname', 'svname', 'type', 'stot', 'bin'], [['www', 'FRONTEND', '0', '100', '']]),
  lb1_stat: statAnswer(
    ['pxname', 'svname', 'type', 'stot', 'bin', 'dresp', 'qtime'],
    [
      ['www', 'FRONTEND', '0', '7', '', '', ''],
      ['app', 's1', '2', '9007199254740993', 'lots', '', '5'],
      ['app', 'BACKEND', '1', '', '', '3', ''],
    ],
  ),
  lb2_info: infoAnswer({ Stopping: 1 }),
  lb2_stat: statAnswer(
    ['pxname', 'svname', 'type', 'stot', 'slim', 'hrsp_2xx'],
    [
      ['www', 'FRONTEND', '0', '5', '10', ''],
      ['app', 's1', '2', '9007199254740993', '', '4'],
      ['old', 'BACKEND', '1', '2', '7', ''],
    ],
  ),
}
const releases = { lb1_stat: release('1.5.0').stat, lb2_stat: release('3.4.0').stat, lb3_stat: release('3.0.0').stat }

it.each([
  ...goldenSnapshots.map(({ case: name, timestamp, path }) => [`${name} ${timestamp}`, () => path] as const),
  ['of processes that differ', () => snapshotOf(mixed)] as const,
  ['of three releases', () => snapshotOf(releases)] as const,
])('outputs get of the snapshot %s what each alone would get', (_, place) => {
  const path = place()
  for (const options of ['', 'aggr-server-metrics = true\nserver-state-metrics = true', all]) {
    const together = madeOf(path, options, { tables: true, aggregate: true })
    expect(together.sent).toEqual(madeOf(path, options, { tables: true, aggregate: false }).sent)
    expect(together.shown).toEqual(madeOf(path, options, { tables: false, aggregate: true }).shown)
    expect(together.shown?.rows?.length).toBeGreaterThan(2)
  }
})
