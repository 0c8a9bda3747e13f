import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { linesEncoding } from '../outputs/format/paths.ts'
import type { WorkResult } from '../types/work.ts'
import { createSnapshotEncoder } from './snapshot-encoder.ts'

let base: string
let path: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'encoder-'))
  path = join(base, '1700000000')
  mkdirSync(path)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const header = '# pxname,svname,scur,stot,type,\n'

/** What becomes of the snapshot with this configuration. */
function encode(text = ''): WorkResult {
  const configuration = parseConfiguration(text)
  const encode = createSnapshotEncoder(configuration.process)
  return encode({ path, snapshot: '1700000000', encodings: [linesEncoding(configuration, undefined, 'lb')] })
}

it('a pattern that takes for ever for a name keeps the snapshot waiting, and is named', () => {
  const row = `${'a'.repeat(50)}-,BACKEND,1,2,1,\n`
  writeFileSync(join(path, 'a_stat'), `${header}${row}\n`)
  expect(encode('[graphite]\ngroup-namespace = groups\n[backend-groups]\nslow = ^(a+)+$\n')).toEqual({
    outcome: 'postponed',
    trouble: 'configuration',
    reason: expect.stringMatching(/^\[backend-groups\] slow = \^\(a\+\)\+\$: takes longer than 2 s for the name a+-;/),
  })
  expect(encode('[backend-groups]\nslow = ^(a+)+$\n')).toMatchObject({ outcome: 'encoded' })
})

it('what is in a snapshot condemns it, what cannot be read does not', () => {
  writeFileSync(join(path, 'a_stat'), 'damaged\n\n')
  expect(encode()).toMatchObject({ outcome: 'invalid', reason: expect.stringMatching(/^a_stat does not begin with/) })
  rmSync(path, { recursive: true })
  expect(encode()).toMatchObject({ outcome: 'postponed', trouble: 'reading', reason: expect.stringMatching(/ENOENT/) })
})

/** The lines of a snapshot with these rows, and what a person is told of it. */
function encoded(rows: readonly string[], columns = header) {
  writeFileSync(join(path, 'a_stat'), `${columns}${rows.map((row) => `${row}\n`).join('')}\n`)
  const result = encode()
  if (result.outcome !== 'encoded') return { reason: result.reason }
  const [batch] = result.batches
  const lines = Buffer.from(batch?.bytes ?? [])
    .toString('latin1')
    .split('\n')
  return {
    lines: lines.filter((line) => /\.(scur|stot) /.test(line)).map((line) => line.replace(/^.*?haproxy\./, '')),
    warnings: result.warnings.map(({ message }) => message),
  }
}

it('a cell that is no number is left out and told of once, never sent as 0', () => {
  const found = encoded(['app,BACKEND,oops,2,1,', 'web,BACKEND,-,2,1,', 'low,BACKEND,3,2,1,'])
  expect(found.lines).toEqual([
    'backend.app.stot 2 1700000000',
    'backend.web.stot 2 1700000000',
    'backend.low.scur 3 1700000000',
    'backend.low.stot 2 1700000000',
  ])
  expect(found.warnings).toEqual([
    'something that is no number stands in the field scur: its datapoints are left out where that is so',
  ])
})

it('a row that is there twice is refused, unless it is of two things with one name', () => {
  const twice = { reason: 'a_stat has the row app,BACKEND twice' }
  const numbered = '# pxname,svname,scur,stot,type,iid,sid,\n'
  expect(encoded(['app,BACKEND,1,2,1,', 'app,BACKEND,1,2,1,'])).toEqual(twice)
  expect(encoded(['app,BACKEND,1,2,1,3,0,', 'app,BACKEND,1,2,1,3,0,'], numbered)).toEqual(twice)
  const servers = encoded(
    ['app,s,1,2,2,3,1,', 'app,s,10,20,2,3,2,', 'f,sock,1,2,3,4,1,', 'f,sock,1,2,3,4,2,'],
    numbered,
  )
  expect(servers.lines).toEqual(['backend.app.server.s.scur 11 1700000000', 'backend.app.server.s.stot 22 1700000000'])
})

it('what show info has in place of a number is left out and told of once', () => {
  writeFileSync(join(path, 'a_info'), 'Name: HAProxy\nCumReq: lots\nCurrConns: 4\n\n')
  const result = encode()
  if (result.outcome !== 'encoded') throw new Error(result.reason)
  const text = Buffer.from(result.batches[0]?.bytes ?? []).toString('latin1')
  expect(text).toContain('daemon.CurrConns 4 ')
  expect(text).not.toContain('CumReq')
  expect(result.warnings.map(({ facts }) => facts)).toEqual([{ field: 'CumReq' }])
})
