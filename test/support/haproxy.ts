/**
 * Real HAProxy processes for tests.
 *
 *     const lb1 = await startHaproxy({ sockets: ['lb1.sock'], socketDirectory, config: exampleProxies })
 *     await fetch(`http://127.0.0.1:${lb1.port('www')}/`)
 *     await lb1.stop()
 *
 * Everything is on loopback and in temporary directories, ports are chosen by the kernel, and whatever a test leaves
 * running is stopped when the test has finished, or at the latest when its process ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

/** Gives a free port on 127.0.0.1 for a name of the test's choice, the same for the same name. */
export type PortOf = (name: string) => number

export interface HaproxyOptions {
  /** Names of the stats sockets to make in `socketDirectory`; default: `lb1.sock`. */
  readonly sockets?: readonly string[]
  /** Several daemons may share one, as they do in `/run/haproxy`; default: the daemon's own directory. */
  readonly socketDirectory?: string
  readonly level?: 'user' | 'operator' | 'admin'
  /** More lines for the section `global`. */
  readonly global?: string | ((port: PortOf) => string)
  /** All sections after `global` and `defaults` (mode http, short time-outs); default: `exampleProxies`. */
  readonly config?: string | ((port: PortOf) => string)
  /** With a master process and workers, and the master's own socket at this path. */
  readonly masterSocket?: string
  /** Stops it when the test ends (default); `false` for use in `beforeAll`, where the caller stops it. */
  readonly stopWithTest?: boolean
}

export interface Haproxy {
  /** Of the process started last: the daemon, or the master. */
  readonly pid: number
  /** Where its configuration is. */
  readonly directory: string
  /** Paths of its stats sockets. */
  readonly sockets: readonly string[]
  readonly port: PortOf
  /** Sends a command to the first stats socket and returns the answer. */
  ask(command: string): Promise<string>
  kill(signal: NodeJS.Signals): void
  /** Starts a new process in place of the old one, which ends when its last connection does (`-sf`). */
  reload(): Promise<void>
  /** Ends it, whatever state it is in, and waits until it is gone. Its sockets stay behind, stale, as HAProxy leaves them. */
  stop(): Promise<void>
}

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A frontend `www`, a backend `app` with two servers, and the HTTP service behind them, in the same HAProxy. */
export function exampleProxies(port: PortOf): string {
  return `
frontend www
  bind 127.0.0.1:${port('www')}
  default_backend app

backend app
  server app1 127.0.0.1:${port('echo')}
  server app2 127.0.0.1:${port('echo')}

frontend echo
  bind 127.0.0.1:${port('echo')}
  http-request return status 200 content-type text/plain string ok
`
}

/** Starts one daemon and waits until all its stats sockets answer. */
export async function startHaproxy(options: HaproxyOptions = {}): Promise<Haproxy> {
  // A free port can be taken before HAProxy binds it, so this is tried a few times.
  for (let attempt = 1; ; attempt++) {
    const directory = await mkdtemp(join(tmpdir(), 'hs-lb-'))
    const haproxy = new HaproxyProcess(directory, options)
    try {
      await haproxy.start()
      if (options.stopWithTest !== false) onTestFinished(() => haproxy.stop())
      return haproxy
    } catch (error) {
      await haproxy.stop()
      if (attempt === 5 || !/cannot bind|in use/i.test(String(error))) throw error
    }
  }
}

/** Sends one line to a stats socket and returns all of the answer. */
export async function askSocket(path: string, command: string, seconds = 5): Promise<string> {
  const socket = net.connect({ path })
  socket.setTimeout(seconds * 1000, () => socket.destroy(new Error(`no answer from ${path} in ${seconds} s`)))
  socket.setEncoding('latin1')
  socket.write(`${command}\n`)
  let answer = ''
  for await (const text of socket) answer += text
  return answer
}

class HaproxyProcess implements Haproxy {
  readonly directory: string
  readonly sockets: readonly string[]
  readonly #options: HaproxyOptions
  readonly #ports = new Map<string, number>()
  readonly #processes: ChildProcess[] = []

  constructor(directory: string, options: HaproxyOptions) {
    const socketDirectory = options.socketDirectory ?? directory
    this.directory = directory
    this.#options = options
    this.sockets = (options.sockets ?? ['lb1.sock']).map((name) => join(socketDirectory, name))
  }

  get pid(): number {
    return this.#processes.at(-1)!.pid!
  }

  port = (name: string): number => {
    const port = this.#ports.get(name)
    if (port === undefined) throw new Error(`the configuration of this HAProxy has no port named ${name}`)
    return port
  }

  async start(): Promise<void> {
    const wanted = new Set<string>()
    this.#configuration((name) => wanted.add(name).size)
    for (const name of wanted) this.#ports.set(name, await freePort())
    await writeFile(join(this.directory, 'haproxy.cfg'), this.#configuration(this.port))
    await this.#launch([])
  }

  ask(command: string): Promise<string> {
    return askSocket(this.sockets[0]!, command)
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  reload(): Promise<void> {
    return this.#launch(['-sf', String(this.pid)])
  }

  async stop(): Promise<void> {
    for (const child of this.#processes) {
      if (child.exitCode === null && child.signalCode === null) {
        // A stopped process takes SIGTERM only when it goes on; one with open connections still serves them for a while.
        const gone = once(child, 'exit')
        child.kill(this.#options.masterSocket === undefined ? 'SIGKILL' : 'SIGTERM')
        child.kill('SIGCONT')
        await gone
      }
      children.delete(child)
    }
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }

  async #launch(more: readonly string[]): Promise<void> {
    const { masterSocket } = this.#options
    const mode = masterSocket === undefined ? ['-db'] : ['-W', '-S', masterSocket]
    const child = spawn('haproxy', [...mode, '-f', join(this.directory, 'haproxy.cfg'), ...more], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-10_000)
    })
    child.on('error', (error) => {
      errors += String(error)
    })
    children.add(child)
    this.#processes.push(child)
    for (const path of this.sockets) {
      await until(`HAProxy answering at ${path}`, async () => {
        if (child.pid === undefined || child.exitCode !== null) throw new Error(`HAProxy did not start: ${errors}`)
        const answer = await askSocket(path, 'show info').catch(() => '')
        const pid = Number(/^Pid: (\d+)$/m.exec(answer)?.[1])
        return masterSocket === undefined ? pid === child.pid : pid > 0
      })
    }
  }

  #configuration(port: PortOf): string {
    const { level = 'user', global = '', config = exampleProxies } = this.#options
    const text = (part: string | ((port: PortOf) => string)) => (typeof part === 'string' ? part : part(port))
    const sockets = this.sockets.map((path) => `  stats socket ${path} mode 666 level ${level}\n`).join('')
    // Without noreuseport two daemons could share a port and no error would show it.
    return `global
  noreuseport
${sockets}${text(global)}

defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
${text(config)}
`
  }
}
