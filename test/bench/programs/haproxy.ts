import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../faults/harness/wait.ts'
import { type Context, makeSite } from '../context.ts'
import type { Size } from '../data/sizes.ts'
import { cpuOf } from './usage.ts'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Whether there is a HAProxy to measure. */
export function haproxyIsInstalled(): boolean {
  return spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).status === 0
}

/** Real HAProxy processes without traffic, as many and with as many objects as a size has, each with a stats socket. */
export class HaproxyProcesses {
  readonly sockets: string
  readonly #children: readonly ChildProcess[]

  private constructor(sockets: string, children: readonly ChildProcess[]) {
    this.sockets = sockets
    this.#children = children
  }

  static async start(context: Context, size: Size): Promise<HaproxyProcesses> {
    const directory = makeSite(context)
    const sockets = join(directory, 'sockets')
    mkdirSync(sockets, { recursive: true })
    const children = Array.from({ length: size.processes }, (_none, index) => {
      const file = join(directory, `haproxy${index + 1}.cfg`)
      writeFileSync(file, configuration(directory, index + 1, size))
      const child = spawn('haproxy', ['-db', '-q', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
      running.add(child)
      return child
    })
    const started = new HaproxyProcesses(sockets, children)
    context.stopLater(() => started.stop())
    for (const [index, child] of children.entries()) await listening(child, join(sockets, socketName(index + 1)))
    return started
  }

  /** Seconds of CPU that all of them have used. */
  get cpu(): number {
    return this.#children.reduce((sum, { pid }) => sum + cpuOf(pid as number), 0)
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      running.delete(child)
    }
  }
}

const socketName = (number: number) => `haproxy${number}.sock`

async function listening(child: ChildProcess, socket: string): Promise<void> {
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000)
  })
  await until(`HAProxy to listen at ${socket}`, () => {
    if (child.exitCode !== null) throw new Error(`HAProxy did not start: ${errors}`)
    return existsSync(socket)
  })
}

/** Frontends listen on abstract unix sockets: thousands of TCP ports would hinder other programs. */
function configuration(directory: string, number: number, { frontends, backends, servers }: Size): string {
  const name = (index: number) => String(index).padStart(4, '0')
  const lines = [
    'global',
    `  stats socket ${join(directory, 'sockets', socketName(number))} mode 600 level user`,
    '  maxconn 2000',
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 5s',
    '  timeout server 5s',
  ]
  for (let index = 0; index < frontends; index++) {
    lines.push(`frontend fe-${name(index)}.example.com`, `  bind abns@bench-${process.pid}-${number}-${index}`)
  }
  for (let index = 0; index < backends; index++) {
    lines.push(`backend be-${name(index)}.example.com`)
    for (let server = 1; server <= servers; server++) {
      lines.push(`  server srv-${name(index)}-${String(server).padStart(2, '0')}.dc1.example.com 127.0.0.1:1`)
    }
  }
  return `${lines.join('\n')}\n`
}
