import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { ExcludeFiles } from './exclude-files.ts'
import { ExcludedNames, namesIn } from './excluded-names.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'exclude-'))
  file = join(directory, 'backends')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** What workers get, as one of them has it, and what the log was told. */
function excludeFiles() {
  const { process } = parseConfiguration(`[process]\nexclude-backends = ${file}`)
  const said: string[] = []
  const log = silentLogger()
  for (const level of ['info', 'warn'] as const) {
    vi.spyOn(log, level).mockImplementation((_facts: unknown, message?: string) => said.push(`${level}: ${message}`))
  }
  const files = new ExcludeFiles(process, log)
  const worker = new ExcludedNames()
  return { files, said, names: () => worker.of(files.current()) }
}

it('has one name a line; comments and blank lines say nothing', () => {
  const text = '# names\nwww.example.com\n\n   # indented\n  app  \r\n#app2\nwww.example.com'
  expect(namesIn(Buffer.from(text))).toEqual(new Set(['www.example.com', 'app']))
})

it('compares bytes, so that names that are not ASCII are found', () => {
  expect(namesIn(Buffer.from('café\n', 'utf8'))).toEqual(new Set([Buffer.from('café', 'utf8').toString('latin1')]))
})

it('is read again when it changes, and the same object until then', () => {
  writeFileSync(file, 'one\n')
  const { names } = excludeFiles()
  const before = names()
  expect(before.backends).toEqual(new Set(['one']))
  expect(before.frontends).toEqual(new Set())
  expect(names()).toBe(before)
  writeFileSync(file, 'two\n')
  utimesSync(file, new Date(), new Date(Date.now() + 5000))
  expect(names().backends).toEqual(new Set(['two']))
})

it('that can no longer be read keeps what it said, for a new worker, too; the log says when that begins and ends', () => {
  writeFileSync(file, 'one\n')
  const { files, names, said } = excludeFiles()
  const before = names()
  rmSync(file)
  expect(names()).toBe(before)
  expect(new ExcludedNames().of(files.current()).backends).toEqual(new Set(['one']))
  const begins = expect.stringMatching(/^warn: cannot read .*backends: ENOENT.*; the names read before stay excluded$/)
  expect(said).toEqual([begins])
  writeFileSync(file, 'back\n')
  expect(names().backends).toEqual(new Set(['back']))
  names()
  expect(said).toEqual([begins, `info: ${file} can be read again`])
})

it('that becomes a FIFO or has no end holds nothing up', () => {
  writeFileSync(file, 'one\n')
  const { names, said } = excludeFiles()
  rmSync(file)
  execFileSync('mkfifo', [file])
  expect(names().backends).toEqual(new Set(['one']))
  expect(said).toEqual([expect.stringContaining('it is a FIFO, not a regular file')])
})

it('that could not be read even once is an error: nobody knows what to leave out', () => {
  expect(() => excludeFiles()).toThrow(
    expect.objectContaining({
      code: 'CONFIGURATION',
      message: expect.stringMatching(/^\[process\] exclude-backends: cannot read .*backends: ENOENT/),
    }),
  )
})
