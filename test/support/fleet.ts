import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Haproxy, type HaproxyOptions, startHaproxy } from './haproxy.ts'

/** Real HAProxy processes whose stats sockets, `lb1.sock`, `lb2.sock`, …, are in one directory below `base`. */
export async function startFleet(base: string, count: number, options: HaproxyOptions = {}) {
  const sockets = join(base, 'sockets')
  await mkdir(sockets)
  const daemons: Haproxy[] = []
  for (let number = 1; number <= count; number++) {
    daemons.push(await startHaproxy({ ...options, sockets: [`lb${number}.sock`], socketDirectory: sockets }))
  }
  return { daemons, sections: pullEverySecond(base, sockets) }
}

/** The sections that haproxystats-pull needs to read them every second, with time for a busy machine. */
function pullEverySecond(base: string, sockets: string): string {
  return `[paths]
base-dir = ${base}
[pull]
socket-dir = ${sockets}
timeout = 2
pull-interval = 1
pull-timeout = 0`
}
