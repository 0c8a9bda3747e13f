import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listConfigurationFiles, readConfigurationFiles } from './files.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haproxystats-files-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(name: string, content: string | Buffer): string {
  const file = join(directory, name)
  writeFileSync(file, content)
  return file
}

describe('readConfigurationFiles', () => {
  it('reads UTF-8, and drops a byte order mark', () => {
    const file = write('a.conf', '\ufeff[paths]\nbase-dir = /é\n')
    expect(readConfigurationFiles([{ file }])).toEqual({
      texts: [{ file, text: '[paths]\nbase-dir = /é\n' }],
      errors: [],
    })
  })

  it('names the line that is not UTF-8, and goes on with the next file', () => {
    const latin = write('latin1.conf', Buffer.from('[paths]\nbase-dir = /\xe9\n', 'latin1'))
    const plain = write('plain.conf', '')
    const absent = join(directory, 'absent.conf')
    expect(readConfigurationFiles([{ file: latin }, { file: plain }, { file: absent }, { file: directory }])).toEqual({
      texts: [{ file: plain, text: '' }],
      errors: [
        { file: latin, line: 2, expected: 'text in UTF-8' },
        { file: absent, message: 'cannot be read: it does not exist' },
        { file: directory, message: 'cannot be read: it is a directory, not a regular file' },
      ],
    })
  })

  it('passes over an optional file only when it is absent', () => {
    expect(readConfigurationFiles([{ file: join(directory, 'absent'), optional: true }])).toEqual({
      texts: [],
      errors: [],
    })
    expect(readConfigurationFiles([{ file: directory, optional: true }]).errors).toHaveLength(1)
  })
})

describe('a file that is none', () => {
  it('is refused at once: a FIFO without a writer, a device without an end, more than anybody writes', () => {
    const fifo = join(directory, 'fifo.conf')
    execFileSync('mkfifo', [fifo])
    const large = write('large.conf', '#'.repeat(1024 ** 2 + 1))
    const files = [fifo, '/dev/zero', large].map((file) => ({ file }))
    expect(readConfigurationFiles(files)).toEqual({
      texts: [],
      errors: [
        { file: fifo, message: 'cannot be read: it is a FIFO, not a regular file' },
        { file: '/dev/zero', message: 'cannot be read: it is a device, not a regular file' },
        { file: large, message: 'cannot be read: it is larger than 1048576 bytes, the most that is read of it' },
      ],
    })
  })
})

describe('listConfigurationFiles', () => {
  it('finds *.conf by name, as a shell does', () => {
    for (const name of ['b.conf', 'a.conf', 'B.conf', '10.conf', '9.conf', '.hidden.conf', 'a.conf~', 'conf'])
      write(name, '')
    expect(listConfigurationFiles(directory)).toEqual({
      files: ['10.conf', '9.conf', 'B.conf', 'a.conf', 'b.conf'].map((name) => ({ file: join(directory, name) })),
      errors: [],
    })
  })

  it('refuses a directory that is absent, no directory, or without such files', () => {
    const file = write('x.txt', '')
    mkdirSync(join(directory, 'empty'))
    const errors = [join(directory, 'absent'), file, join(directory, 'empty')].flatMap(
      (path) => listConfigurationFiles(path).errors,
    )
    expect(errors).toEqual([
      { file: join(directory, 'absent'), message: 'cannot be read: it does not exist' },
      { file, message: 'cannot be read: it is not a directory' },
      { file: join(directory, 'empty'), expected: 'at least one file whose name ends in .conf' },
    ])
  })
})
