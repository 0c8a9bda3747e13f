/** A stand-in for HAProxy that misbehaves on request, on a unix socket or on a port chosen by the kernel. */
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** How it answers; a complete answer with nothing else set. All counts are bytes of the answer. */
export interface Behaviour {
  /** The answer instead of `exampleAnswer()`, to any line or by line. */
  readonly answer?: string | Buffer | ((command: string) => string)
  /** The answer to `show stat … typed`; by default as to any other line. */
  readonly typed?: string | Buffer
  /** Closes after so many bytes. */
  readonly cutAfter?: number
  /** Says no more after so many bytes, and keeps the connection. */
  readonly stallAfter?: number
  /** Resets the connection after so many bytes (on a port; a unix socket is closed). */
  readonly resetAfter?: number
  /** Repeats the answer's last row for ever, instead of the empty line. */
  readonly endless?: boolean
  /** Writes so many bytes at a time. */
  readonly chunk?: number
  /** Waits so long before the first byte and between chunks, in milliseconds. */
  readonly pause?: number
  /** Keeps the connection open when all is said, as the master socket of HAProxy does. */
  readonly keepOpen?: boolean
}

export interface FakeHaproxy {
  /** As it stands in `servers`: `unix:///…` or `tcp://…`. */
  readonly address: string
  /** Every line it was sent, in order. */
  readonly commands: readonly string[]
  /** Connections that are open now. */
  readonly open: number
  /** Another behaviour from the next connection on. */
  behave(behaviour: Behaviour): void
  /** Closes everything at once. A unix socket is removed. */
  close(): Promise<void>
}

/** Listens at `path`, or on a free port of 127.0.0.1. Closed when the running test has finished. */
export async function fakeHaproxy({ path, ...initial }: Behaviour & { path?: string } = {}): Promise<FakeHaproxy> {
  let behaviour: Behaviour = initial
  const commands: string[] = []
  const sockets = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.once('data', (bytes) => {
      const command = bytes.toString('latin1').trimEnd()
      commands.push(command)
      const { typed } = behaviour
      const isTyped = typed !== undefined && command.endsWith(' typed')
      void speak(socket, command, isTyped ? { answer: typed } : behaviour)
    })
    socket.on('end', () => socket.destroy())
  })
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path })
  await once(server, 'listening')
  const address =
    path === undefined ? `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}` : `unix://${path}`
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  onTestFinished(close)
  return {
    address,
    commands,
    get open() {
      return sockets.size
    },
    behave: (next) => {
      behaviour = next
    },
    close,
  }
}

async function speak(socket: net.Socket, command: string, behaviour: Behaviour): Promise<void> {
  const { answer: wanted = exampleAnswer() } = behaviour
  const said = Buffer.from(typeof wanted === 'function' ? wanted(command) : wanted)
  const answer = behaviour.endless ? said.subarray(0, -1) : said
  const { cutAfter, stallAfter, resetAfter, pause = 0 } = behaviour
  const length = Math.min(answer.length, cutAfter ?? Infinity, stallAfter ?? Infinity, resetAfter ?? Infinity)
  const chunk = behaviour.chunk ?? 65_536
  if (pause > 0) await delay(pause)
  for (let at = 0; at < length && !socket.destroyed; at += chunk) {
    await say(socket, answer.subarray(at, Math.min(at + chunk, length)))
    if (pause > 0) await delay(pause)
  }
  const lastRow = said.subarray(said.lastIndexOf('\n', -3) + 1, -1)
  while (behaviour.endless && !socket.destroyed) await say(socket, Buffer.concat(Array(100).fill(lastRow)))
  if (socket.destroyed || behaviour.keepOpen || stallAfter !== undefined) return
  if (resetAfter === undefined) socket.end()
  else if (socket.remoteAddress === undefined) socket.destroy()
  else socket.resetAndDestroy()
}

async function say(socket: net.Socket, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
}

const columns =
  'pxname svname qcur qmax scur smax slim stot bin bout dreq dresp ereq econ eresp wretr wredis status weight act bck ' +
  'chkfail chkdown lastchg downtime qlimit pid iid sid throttle lbtot tracked type rate rate_lim rate_max'

/** A complete answer to `show info;show stat` with a frontend and so many servers, made by rule. */
export function exampleAnswer({ servers = 2, pid = 1000 }: { servers?: number; pid?: number } = {}): string {
  const names = columns.split(' ')
  const row = (values: Record<string, string | number>) => `${names.map((name) => `${values[name] ?? 0},`).join('')}\n`
  const info = `Name: HAProxy\nVersion: 2.6.12\nNbproc: 1\nProcess_num: 1\nPid: ${pid}\nMaxconn: 1000\nIdle_pct: 90\n\n`
  const header = `# ${names.join(',')},\n`
  const rows = [row({ pxname: 'www', svname: 'FRONTEND', type: 0, stot: servers })]
  for (let server = 1; server <= servers; server++) {
    rows.push(row({ pxname: 'app', svname: `app${server}`, type: 2, stot: server, sid: server }))
  }
  return `${info}${header}${rows.join('')}\n`
}
