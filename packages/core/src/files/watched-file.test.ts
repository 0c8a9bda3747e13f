import { chmodSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { temporaryDirectory } from '../../../../test/support/temporary.ts'
import { createConditions, textLog } from '../log.ts'
import { largestPersonalFile } from './regular-file.ts'
import { keepLast, watchFiles } from './watched-file.ts'

let file: string
let parsed: string[]
let logged: string[]

beforeEach(async () => {
  file = join(await temporaryDirectory(), 'file')
  parsed = []
  logged = []
  writeFileSync(file, 'one')
})

const watched = () =>
  watchFiles([file], (bytes) => {
    parsed.push(bytes.toString())
    if (bytes.includes('mistake')) throw new Error(`a mistake in ${file}`)
    return { text: bytes.toString() }
  })

const kept = () => {
  const conditions = createConditions(textLog((severity, text) => logged.push(`${severity}: ${text}`)))
  return keepLast(watched(), { conditions, path: file, kept: 'the old content holds' })
}

it('gives the same object until the file changes', () => {
  const read = watched()
  const first = read()
  expect([first, read()]).toEqual([{ text: 'one' }, { text: 'one' }])
  expect(read()).toBe(first)
  writeFileSync(file, 'two')
  expect([read().text, read().text]).toEqual(['two', 'two'])
  expect(parsed).toEqual(['one', 'two'])
})

it('notices another file of the same size and age in its place', () => {
  const read = watched()
  utimesSync(file, 1, 1)
  expect(read().text).toBe('one')
  writeFileSync(`${file}.new`, 'two')
  utimesSync(`${file}.new`, 1, 1)
  renameSync(`${file}.new`, file)
  expect(read().text).toBe('two')
})

it('notices a change in place that keeps size and age', () => {
  const read = watched()
  utimesSync(file, 1, 1)
  expect(read().text).toBe('one')
  writeFileSync(file, 'two')
  utimesSync(file, 1, 1)
  expect([read().text, statSync(file).mtimeMs]).toEqual(['two', 1000])
})

it('does not parse a mistaken file again, and goes on throwing its mistake', () => {
  const read = watched()
  writeFileSync(file, 'mistake')
  for (const _ of [1, 2, 3]) expect(read).toThrow('a mistake in')
  expect(parsed).toEqual(['mistake'])
})

it('keeps the last content, and logs when reading fails, for another reason, and works again', () => {
  const read = kept()
  rmSync(file)
  for (const _ of [1, 2]) expect(read().text).toBe('one')
  writeFileSync(file, 'mistake')
  for (const _ of [1, 2]) expect(read().text).toBe('one')
  writeFileSync(file, 'two')
  for (const _ of [1, 2]) expect(read().text).toBe('two')
  expect(logged).toEqual([
    expect.stringMatching(/^warn: cannot read .*file: ENOENT.*; the old content holds$/),
    `warn: a mistake in ${file}; the old content holds`,
    `info: ${file} can be read again`,
  ])
})

it.runIf(process.getuid?.() !== 0)('reads a file whose permission comes back', () => {
  const read = kept()
  writeFileSync(file, 'two')
  chmodSync(file, 0)
  expect(read().text).toBe('one')
  chmodSync(file, 0o600)
  expect(read().text).toBe('two')
})

it('refuses a file that is larger than any person keeps', () => {
  truncateSync(file, largestPersonalFile + 1)
  expect(watched()).toThrow(/^cannot read .*file: it is larger than/)
})
