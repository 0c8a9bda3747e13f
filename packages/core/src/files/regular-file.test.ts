import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRegularFile } from './regular-file.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haproxystats-regular-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('readRegularFile', () => {
  it('reads a file as large as the limit, and none that is larger', () => {
    const path = join(directory, 'a')
    for (const size of [0, 1, 65_536, 200_000]) {
      const content = Buffer.alloc(size, 'x')
      writeFileSync(path, content)
      expect(readRegularFile(path, size).equals(content), String(size)).toBe(true)
    }
    expect(() => readRegularFile(path, 199_999)).toThrow('it is larger than 199999 bytes')
  })

  it('reads what the system says is empty and is not, up to the limit', () => {
    expect(readRegularFile('/proc/self/status', 1_000_000).toString()).toContain('VmRSS')
    expect(() => readRegularFile('/proc/self/status', 10)).toThrow('it is larger than 10 bytes')
  })

  it('refuses a FIFO without a writer, a device without an end, and a directory', () => {
    const fifo = join(directory, 'fifo')
    execFileSync('mkfifo', [fifo])
    expect(() => readRegularFile(fifo, 10)).toThrow('it is a FIFO, not a regular file')
    expect(() => readRegularFile('/dev/zero', 10)).toThrow('it is a device, not a regular file')
    expect(() => readRegularFile(directory, 10)).toThrow('it is a directory, not a regular file')
  })

  it('follows a link unless told not to', () => {
    const link = join(directory, 'link')
    writeFileSync(join(directory, 'a'), 'text')
    symlinkSync('a', link)
    expect(readRegularFile(link, 10).toString()).toBe('text')
    expect(() => readRegularFile(link, 10, { follow: false })).toThrow('ELOOP')
    expect(() => readRegularFile(join(directory, 'missing'), 10)).toThrow('ENOENT')
  })
})
