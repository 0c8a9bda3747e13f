import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { lockDirectory } from './lock.ts'

let base: string
let directory: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lock-'))
  directory = join(base, 'incoming')
  mkdirSync(directory)
})

afterEach(() => rmSync(base, { recursive: true, force: true }))

const busy = (path: string) => ({
  code: 'QUEUE_BUSY',
  message: `another p uses ${path}; stop it, or give this one a directory of its own with src-dir`,
})

test('a directory has one user of a program, by whatever path it is named', () => {
  const lock = lockDirectory('p', directory)
  const other = join(base, 'other-path')
  symlinkSync(directory, other)
  expect(() => lockDirectory('p', other, 'src-dir')).toThrow(expect.objectContaining(busy(other)))
  lock.release()
  lockDirectory('p', directory).release()
})

test('other programs and other directories do not matter', () => {
  const locks = [lockDirectory('p', directory), lockDirectory('q', directory), lockDirectory('p', base)]
  for (const lock of locks) lock.release()
})

test('nobody who may not open the lock file can take the lock', async () => {
  const { dev, ino } = statSync(directory)
  const squatter = createServer().listen(`\0p:${dev}:${ino}`)
  onTestFinished(() => void squatter.close())
  await once(squatter, 'listening')
  const lock = lockDirectory('p', directory)
  onTestFinished(() => lock.release())
  expect(statSync(join(directory, '.p.lock')).mode & 0o777).toBe(0o600)
})

test('a lock holds against another process, and ends with its holder, even killed, though a child of it lives on', async () => {
  const script = `
    import { spawn } from 'node:child_process'
    import { lockDirectory } from ${JSON.stringify(new URL('../../dist/snapshot/lock.js', import.meta.url).href)}
    lockDirectory('p', ${JSON.stringify(directory)})
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    console.log(child.pid)
    setInterval(() => undefined, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  const [pid] = await once(holder.stdout.setEncoding('utf8'), 'data')
  onTestFinished(() => void process.kill(Number(pid)))
  expect(() => lockDirectory('p', directory, 'src-dir')).toThrow(expect.objectContaining(busy(directory)))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  lockDirectory('p', directory).release()
})

test('a directory that is not there is named', () => {
  expect(() => lockDirectory('p', join(base, 'missing'))).toThrow(/cannot lock .*missing: ENOENT/)
})

test('what somebody else put in the place of the lock file is refused, and said what to do', () => {
  const path = join(directory, '.p.lock')
  const todo = `if no p uses the directory, remove it: rm ${path}`
  writeFileSync(join(base, 'target'), '')
  symlinkSync(join(base, 'target'), path)
  expect(() => lockDirectory('p', directory)).toThrow(todo)
  rmSync(path)
  execFileSync('mkfifo', [path])
  expect(() => lockDirectory('p', directory)).toThrow(`its lock file is not a regular file`)
})

test.skipIf(process.geteuid?.() !== 0)(
  'what root locks belongs to the owner of the directory, and no stranger has it',
  () => {
    chownSync(directory, 12345, 12345)
    lockDirectory('p', directory).release()
    expect(statSync(join(directory, '.p.lock'))).toMatchObject({ uid: 12345, gid: 12345 })
    chownSync(join(directory, '.p.lock'), 54321, 54321)
    expect(() => lockDirectory('p', directory)).toThrow('belongs to another user (uid 54321); if no p uses')
  },
)

test('without the command flock it is said what to install', () => {
  const path = process.env['PATH']
  onTestFinished(() => {
    process.env['PATH'] = path
  })
  process.env['PATH'] = base
  expect(() => lockDirectory('p', directory)).toThrow('there is no command flock in the PATH; install util-linux')
})
