import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { statAnswer } from '../../../../test/support/stat-answer.ts'
import { Pipeline } from './pipeline.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'unknown-fields-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const header = ['pxname', 'svname', 'type', 'scur', 'new_total', 'new_limit', 'new_text', 'new.age']
const typed = [
  'new_total.1:MCPV:u64:1',
  'new_limit.1:CLPV:u32:1',
  'new_text.1:SOPV:str:a:b\nF.2.0',
  'new.age.1:MAPV:s32:3',
]

function snapshot(name: string, explained: boolean): string {
  const path = join(directory, name)
  mkdirSync(path)
  const rows = ['10', '20'].map((value, index) => ['w', 'FRONTEND', '0', '1', value, '7', 'text', String(5 + index)])
  rows.forEach((row, index) => {
    writeFileSync(join(path, `s${index}_stat`), statAnswer(header, [row]))
    if (explained) writeFileSync(join(path, `s${index}_typed`), typed.map((line) => `F.2.0.9.${line}\n`).join(''))
  })
  return path
}

function pipeline(metrics: string) {
  const told: string[] = []
  const { process } = parseConfiguration(metrics === '' ? '' : `[process]\nfrontend-metrics = ${metrics}`)
  const made = new Pipeline(process, {
    collision: () => undefined,
    unknownField: (name) => told.push(name),
    brokenField: (name) => told.push(`no number: ${name}`),
  })
  const sent = (path: string) => {
    const { tables } = made.run({ path })
    const table = tables.find(({ kind }) => kind === 'frontend')!
    return Object.fromEntries(table.fields.map((field, at) => [field, table.values[at]]))
  }
  return { told, sent }
}

it('merge as HAProxy says of them, and are not told of', () => {
  const { told, sent } = pipeline('all')
  const found = sent(snapshot('1', true))
  expect(found).toMatchObject({ scur: 2, new_total: 30, new_limit: 14, new_age: 5 })
  expect(found).not.toHaveProperty('new_text')
  expect(told).toEqual([])
})

it('never have the path of another field', () => {
  const { sent } = pipeline('all')
  const path = join(directory, 'alike')
  mkdirSync(path)
  const columns = ['pxname', 'svname', 'type', 'scur', 'bin', 'b\0n', 'new.a', 'new_a', 'new a', 'req_tot.', 'req.tot']
  writeFileSync(
    join(path, 's_stat'),
    statAnswer(columns, [['w', 'FRONTEND', '0', '1', '2', '3', '4', '5', '6', '7', '8']]),
  )
  const found = Object.entries(sent(path)).filter(([, value]) => !Number.isNaN(value))
  expect(found).toEqual([
    ['scur', 1],
    ['bin', 2],
    ['b_n', 3],
    ['new_a', 6],
    ['req_tot_', 7],
  ])
})

it('are sums when nothing explains them, which is told once', () => {
  const { told, sent } = pipeline('all')
  expect(sent(snapshot('1', false))).toMatchObject({ new_total: 30, new_limit: 14, new_age: 11 })
  expect(sent(snapshot('2', false))['new_text']).toBeNaN()
  expect(told.sort()).toEqual(['new_age', 'new_limit', 'new_text', 'new_total', 'no number: new_text'])
})

it('come and go with the release of HAProxy', () => {
  const { sent } = pipeline('all')
  sent(snapshot('1', false))
  expect(sent(snapshot('2', true))).toMatchObject({ new_age: 5 })
})

it('are sent only with all', () => {
  expect(pipeline('').sent(snapshot('1', true))).not.toHaveProperty('new_total')
})
