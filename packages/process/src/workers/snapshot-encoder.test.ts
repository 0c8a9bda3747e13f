import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfiguration } from '@haproxystats/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { linesEncoding } from '../dispatchers/paths.ts'
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
function encode(text = '') {
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
