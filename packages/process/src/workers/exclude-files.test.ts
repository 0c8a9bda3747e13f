import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfiguration } from '@haproxystats/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ExcludeFiles, readNames } from './exclude-files.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'exclude-'))
  file = join(directory, 'backends')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function excludeFiles() {
  const troubles: string[] = []
  const { process } = parseConfiguration(`[process]\nexclude-backends = ${file}`)
  return { files: new ExcludeFiles(process, (path) => troubles.push(path)), troubles }
}

it('has one name a line; comments and blank lines say nothing', () => {
  writeFileSync(file, '# names\nwww.example.com\n\n   # indented\n  app  \r\n#app2\nwww.example.com')
  expect(readNames(file)).toEqual(new Set(['www.example.com', 'app']))
})

it('compares bytes, so that names that are not ASCII are found', () => {
  writeFileSync(file, Buffer.from('café\n', 'utf8'))
  expect(readNames(file)).toEqual(new Set([Buffer.from('café', 'utf8').toString('latin1')]))
})

it('is read again when it changes, and the same object until then', () => {
  writeFileSync(file, 'one\n')
  const { files } = excludeFiles()
  const before = files.current()
  expect(before.backends).toEqual(new Set(['one']))
  expect(before.frontends).toEqual(new Set())
  expect(files.current()).toBe(before)
  writeFileSync(file, 'two\n')
  utimesSync(file, new Date(), new Date(Date.now() + 5000))
  expect(files.current().backends).toEqual(new Set(['two']))
})

it('that is replaced by a rename is read again', () => {
  writeFileSync(file, 'one\n')
  const { files } = excludeFiles()
  files.current()
  writeFileSync(`${file}.new`, 'two\n')
  renameSync(`${file}.new`, file)
  expect(files.current().backends).toEqual(new Set(['two']))
})

it('that can no longer be read keeps what it said, and is told of', () => {
  writeFileSync(file, 'one\n')
  const { files, troubles } = excludeFiles()
  const before = files.current()
  rmSync(file)
  expect(files.current()).toBe(before)
  expect(troubles).toEqual([file])
  writeFileSync(file, 'back\n')
  expect(files.current().backends).toEqual(new Set(['back']))
})
