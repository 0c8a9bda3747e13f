import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Endpoint, StatsError } from '@haproxystats/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AnswerPart } from './answer-checker.ts'
import { startDeadline } from './deadline.ts'
import { type QueryOptions, queryProcess } from './query.ts'

const answer = 'Name: HAProxy\nPid: 1\n\n# pxname,svname,\nw,FRONTEND,\n\n'
const never = new AbortController().signal

let directory: string
let address: Endpoint
let server: net.Server

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'query-'))
  address = { kind: 'unix', path: join(directory, 'a.sock') }
})

afterEach(async () => {
  server?.close()
  await rm(directory, { recursive: true, force: true })
})

async function listen(onConnection: (socket: net.Socket) => void): Promise<void> {
  server = net.createServer(onConnection)
  server.listen((address as { path: string }).path)
  await once(server, 'listening')
}

function collect(write: (part: AnswerPart, bytes: Buffer) => Promise<void> | void = () => undefined) {
  const parts = { info: '', stat: '' }
  const sink = {
    write: (part: AnswerPart, bytes: Buffer) => {
      parts[part] += bytes
      return write(part, bytes)
    },
  }
  return { parts, sink }
}

const options = (more: Partial<QueryOptions> = {}): QueryOptions => ({
  timeout: 10,
  retries: 0,
  interval: 0,
  limit: 10_000_000,
  signal: never,
  ...more,
})

test('sends one line and passes the answer on in two parts', async () => {
  let sent = ''
  await listen((socket) => {
    socket.on('data', (bytes) => {
      sent += bytes
      socket.end(answer)
    })
  })
  const { parts, sink } = collect()
  expect(await queryProcess('a', address, sink, options())).toMatchObject({ rows: 1 })
  expect(sent).toBe('show info;show stat\n')
  expect(parts.info + parts.stat).toBe(answer)
})

test('connects again and again until something listens', async () => {
  const query = queryProcess('a', address, collect().sink, options({ retries: -1 }))
  await new Promise((resolve) => setTimeout(resolve, 50))
  await listen((socket) => socket.end(answer))
  expect(await query).toMatchObject({ rows: 1 })
})

test.each([0, 3])('gives up after %i retries', async (retries) => {
  const query = queryProcess('a', address, collect().sink, options({ retries }))
  await expect(query).rejects.toMatchObject({
    code: 'SOURCE_CONNECT',
    details: { source: 'a', errno: 'ENOENT', attempts: retries + 1 },
  })
})

test('stops at the deadline while it waits to connect again, with the reason of the last attempt', async () => {
  const deadline = startDeadline(0.05, never)
  const query = queryProcess(
    'a',
    address,
    collect().sink,
    options({ retries: -1, interval: 1000, signal: deadline.signal }),
  )
  await expect(query).rejects.toMatchObject({ code: 'SOURCE_CONNECT', details: { errno: 'ENOENT' } })
  deadline.dispose()
})

test('stops at the deadline while it reads, and reports the bytes received', async () => {
  await listen((socket) => void socket.write(answer.slice(0, 30)))
  const deadline = startDeadline(0.2, never)
  await expect(queryProcess('a', address, collect().sink, options({ signal: deadline.signal }))).rejects.toMatchObject({
    code: 'SOURCE_TIMEOUT',
    message: expect.stringMatching(/^timeout reading a \(deadline of 0.2 s exceeded\): incomplete answer of 30 bytes/),
  })
  deadline.dispose()
})

/** Keeps the program busy for so many seconds, as 200 answers at once do. */
function toil(seconds: number): void {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end);
}

test('is connected although the program was too busy to see it in time', async () => {
  await listen((socket) => socket.end(answer))
  const query = queryProcess('a', address, collect().sink, options({ timeout: 0.1 }))
  toil(0.3)
  expect(await query).toMatchObject({ rows: 1 })
})

test('has read what came in time although the program was too busy to read it then', async () => {
  await listen((socket) => {
    socket.write(answer.slice(0, 40))
    setImmediate(() => socket.end(answer.slice(40)))
  })
  const deadline = startDeadline(0.1, never)
  let writes = 0
  const { sink } = collect(() => toil(writes++ === 0 ? 0.3 : 0))
  expect(await queryProcess('a', address, sink, options({ signal: deadline.signal }))).toMatchObject({ rows: 1 })
  deadline.dispose()
})

test('stops at once when the signal behind the deadline aborts', async () => {
  const controller = new AbortController()
  await listen((socket) => void socket.once('data', () => controller.abort('SIGTERM')))
  const deadline = startDeadline(3600, controller.signal)
  await expect(queryProcess('a', address, collect().sink, options({ signal: deadline.signal }))).rejects.toThrow(
    /SIGTERM/,
  )
  deadline.dispose()
})

test('reads no further while the sink is busy', async () => {
  const row = `w,${'x'.repeat(1000)},\n`
  const long = `${answer.slice(0, -1)}${row.repeat(20_000)}\n`
  let sent = 0
  await listen((socket) => {
    socket.write(long, () => {
      sent = long.length
      socket.end()
    })
  })
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { parts, sink } = collect(() => held)
  const query = queryProcess('a', address, sink, options({ limit: 1e9 }))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(sent).toBe(0)
  expect(parts.info.length + parts.stat.length).toBeLessThan(long.length / 2)
  release()
  expect(await query).toMatchObject({ rows: 20_001 })
})

test('an error of the sink is handed on as it is', async () => {
  await listen((socket) => socket.end(answer))
  const error = new StatsError('SNAPSHOT_PUBLISH', 'the disk is full')
  await expect(queryProcess('a', address, collect(() => Promise.reject(error)).sink, options())).rejects.toBe(error)
})
