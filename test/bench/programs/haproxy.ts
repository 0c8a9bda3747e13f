import { type ChildProcess, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startChild, stopChild } from '../../faults/harness/child.ts'
import { type Context, makeSite } from '../context.ts'
import type { Size } from '../data/sizes.ts'
import { cpuOf } from './usage.ts'

/** Whether there is a HAProxy to measure. */
export function haproxyIsInstalled(): boolean {
  return spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).status === 0
}

/** Real HAProxy processes without traffic: their stats sockets, and the seconds of CPU that all of them have used. */
export interface HaproxyProcesses {
  readonly sockets: string
  readonly cpu: number
}

/** Starts as many processes with as many objects as a size has. */
export async function startHaproxy(context: Context, size: Size): Promise<HaproxyProcesses> {
  const directory = makeSite(context)
  const sockets = join(directory, 'sockets')
  mkdirSync(sockets, { recursive: true })
  const children: ChildProcess[] = []
  for (let number = 1; number <= size.processes; number++) {
    const file = join(directory, `haproxy${number}.cfg`)
    const socket = join(sockets, `haproxy${number}.sock`)
    writeFileSync(file, configuration(socket, number, size))
    const child = await startChild(['haproxy', '-db', '-q', '-f', file], () => existsSync(socket))
    context.stopLater(() => stopChild(child))
    children.push(child)
  }
  return {
    sockets,
    get cpu() {
      return children.reduce((sum, { pid }) => sum + cpuOf(pid as number), 0)
    },
  }
}

/** Frontends listen on abstract unix sockets: thousands of TCP ports would hinder other programs. */
function configuration(socket: string, number: number, { frontends, backends, servers }: Size): string {
  const name = (index: number) => String(index).padStart(4, '0')
  const lines = [
    'global',
    `  stats socket ${socket} mode 600 level user`,
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
