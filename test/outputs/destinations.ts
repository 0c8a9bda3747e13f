import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { Relay } from '../support/relay.ts'

/** A destination that is there for one test, is up at first, and can be made to fail. */
export interface Destination {
  /** A configuration with it as the only one of its kind; its time-outs are longer than a test waits for anything. */
  readonly configuration: string
  /** What its errors call it. */
  readonly address: string
  /** Whether it shows what it has at once; otherwise a moment later. */
  readonly shows: 'at once' | 'soon'
  /** Every byte it has, in the order in which it got them. */
  arrived(): Promise<Buffer>
  /** From now on it refuses connections; it keeps what it has. */
  down(): Promise<void>
  up(): Promise<void>
  /** From now on sending this snapshot neither succeeds nor fails. */
  stall(snapshot: string): Promise<void>
  resume(snapshot: string): Promise<void>
}

type Start = (directory: string) => Promise<Destination>

/**
 * By kind of dispatcher, the destinations that the contract is held against. To add a kind: a function that starts a real
 * destination in a temporary directory, and a row here.
 */
export const destinations: Readonly<Record<string, Readonly<Record<string, Start>>>> = {
  graphite: { 'carbon-c-relay': relay, 'a receiver that shows every byte': receiver },
  'local-store': { 'a directory': store },
}

function graphiteOf(port: number): Pick<Destination, 'configuration' | 'address'> {
  const timeouts = 'connect-timeout = 20\nwrite-timeout = 20\ncommit-timeout = 20\n'
  return { configuration: `[graphite]\nport = ${port}\n${timeouts}`, address: `127.0.0.1:${port}` }
}

async function relay(directory: string): Promise<Destination> {
  const real = await Relay.prepare(directory)
  await real.start()
  return {
    ...graphiteOf(real.port),
    shows: 'soon',
    arrived: () => real.bytes(),
    down: () => real.stop(),
    up: () => real.start(),
    stall: async () => real.signal('SIGSTOP'),
    resume: async () => real.signal('SIGCONT'),
  }
}

/** Reads whole lines to the end of a connection, then closes it, as carbon does. Down, it resets every connection. */
async function receiver(): Promise<Destination> {
  let state: 'up' | 'down' | 'stalled' = 'up'
  const sockets = new Set<Socket>()
  const arrived: Buffer[] = []
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    const chunks: Buffer[] = []
    const keep = () => {
      const bytes = Buffer.concat(chunks.splice(0))
      arrived.push(bytes.subarray(0, bytes.lastIndexOf('\n') + 1))
    }
    sockets.add(socket)
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined)
    socket.on('end', () => {
      keep()
      socket.end()
    })
    socket.on('close', () => {
      keep()
      sockets.delete(socket)
    })
    if (state === 'down') socket.resetAndDestroy()
    else if (state === 'up') socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const become = (next: typeof state) => async () => {
    state = next
    if (state === 'down') for (const socket of sockets) socket.resetAndDestroy()
    if (state === 'up') for (const socket of sockets) socket.resume()
  }
  return {
    ...graphiteOf((server.address() as AddressInfo).port),
    shows: 'at once',
    arrived: async () => Buffer.concat(arrived),
    down: become('down'),
    up: become('up'),
    stall: become('stalled'),
    resume: become('up'),
  }
}

/**
 * A directory that is down while a file has its place, and stalls where a pipe without a reader has the place of a file
 * to be written. Once the pipe is read the attempt fails, because a pipe cannot be synced; the next finds no pipe.
 */
async function store(directory: string): Promise<Destination> {
  const [dir, aside] = [join(directory, 'store'), join(directory, 'aside')]
  const pipe = (snapshot: string) => join(dir, snapshot, '.stats.unfinished')
  await mkdir(dir)
  return {
    configuration: `[local-store]\ndir = ${dir}\n`,
    address: dir,
    shows: 'at once',
    arrived: () => storedBytes(dir),
    down: async () => {
      await rename(dir, aside)
      await writeFile(dir, '')
    },
    up: async () => {
      await rm(dir)
      await rename(aside, dir)
    },
    stall: async (snapshot) => {
      await mkdir(join(dir, snapshot), { recursive: true })
      await promisify(execFile)('mkfifo', [pipe(snapshot)])
    },
    resume: async (snapshot) => {
      const reading = spawn('cat', [pipe(snapshot)], { stdio: 'ignore', timeout: 20_000 })
      await once(reading, 'exit')
      await rm(pipe(snapshot), { force: true })
    },
  }
}

/** The files of a local-store, one after the other as they were last written. */
async function storedBytes(dir: string): Promise<Buffer> {
  const files = (await readdir(dir)).map((snapshot) => join(dir, snapshot, 'stats'))
  const written = await Promise.all(
    files.map(async (file) => ({ file, at: (await stat(file, { bigint: true }).catch(() => undefined))?.mtimeNs })),
  )
  const there = written.flatMap(({ file, at }) => (at === undefined ? [] : [{ file, at }]))
  there.sort((a, b) => Number(a.at - b.at) || (a.file < b.file ? -1 : 1))
  return Buffer.concat(await Promise.all(there.map(({ file }) => readFile(file))))
}
