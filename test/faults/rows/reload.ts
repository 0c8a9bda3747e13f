import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { freePort } from '../../support/free-port.ts'
import { stopChild } from '../harness/child.ts'
import { Receiver } from '../harness/receiver.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { pause, until } from '../harness/wait.ts'

const maxconn = 500

const configuration = (socket: string, www: number, echo: number) => `
global
  maxconn ${maxconn}
  stats socket ${socket} mode 666 level user
defaults
  mode http
  timeout connect 2s
  timeout client 2s
  timeout server 2s
frontend www
  bind 127.0.0.1:${www}
  default_backend app
backend app
  server app1 127.0.0.1:${echo}
  server app2 127.0.0.1:${echo}
frontend echo
  bind 127.0.0.1:${echo}
  http-request return status 200 content-type text/plain string ok
`

/** Sends requests until `stop` and counts those begun. */
async function load(port: number, stop: AbortSignal, count: { requests: number }): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  while (!stop.aborted) {
    count.requests++
    await new Promise<void>((resolve) => {
      const request = http.get({ port, host: '127.0.0.1', agent }, (response) => {
        response.resume()
        response.on('end', resolve)
        response.on('error', () => resolve())
      })
      request.on('error', () => resolve())
    })
    await pause(2)
  }
  agent.destroy()
}

/** What must hold of values of real processes whatever is reloaded: of one metric, by the end of its path. */
function rules(count: { requests: number }): Readonly<Record<string, (value: number) => boolean>> {
  return {
    'daemon.Maxconn': (value) => value === maxconn,
    'backend.app.TotalServers': (value) => value === 2,
    'frontend.www.stot': (value) => value >= 0 && value <= count.requests,
    'backend.app.server.app1.stot': (value) => value >= 0 && value <= count.requests,
    'frontend.www.bin': (value) => value >= 0,
  }
}

/** Real HAProxy, reloaded under load, read all the while. */
export async function reload(context: RowContext): Promise<void> {
  const sockets = join(context.directory, 'sockets')
  mkdirSync(sockets)
  const [www, echo] = [await freePort(), await freePort()]
  const file = join(context.directory, 'haproxy.cfg')
  writeFileSync(file, configuration(join(sockets, 'lb.sock'), www, echo))
  const processes: ChildProcess[] = []
  const launch = (...rest: string[]) => {
    processes.push(spawn('haproxy', ['-db', '-f', file, ...rest], { stdio: 'ignore' }))
  }
  launch()
  const count = { requests: 0 }
  const expected = rules(count)
  const times = new Map<string, number>()
  const arrive = (line: string) => {
    const [path = '', value, timestamp = ''] = line.split(' ')
    times.set(timestamp, (times.get(timestamp) ?? 0) + 1)
    const rule = expected[path.replace('test.haproxy.', '')]
    if (rule === undefined || rule(Number(value))) return
    context.findings.wrong++
    context.problem(`arrived: ${line}`)
  }
  const receiver = new Receiver({ arrive })
  await receiver.listen()
  const site = await Site.make(context, { port: receiver.port, sections: { pull: { 'socket-dir': sockets } } })
  site.configure(
    { pull: { 'socket-dir': sockets, interval: 0.1 }, process: { 'backend-metrics': 'stot' } },
    receiver.port,
  )
  const stop = new AbortController()
  const loads = [load(www, stop.signal, count), load(www, stop.signal, count)]
  site.watchQueue()
  const [pull, processing] = [site.start('pull'), site.start('process')]
  await until('a snapshot', () => times.size > 0)
  for (const _time of context.rounds()) {
    await pause(context.random.whole(500, 1500))
    const old = processes.at(-1) as ChildProcess
    launch('-sf', String(old.pid))
    context.injected()
  }
  const before = times.size
  await until('two more snapshots', () => times.size > before + 1)
  await pull.stop()
  site.excuseIncomplete(pull)
  await site.drained()
  stop.abort()
  await Promise.all(loads)
  await processing.stop()
  // Every snapshot of a process has as many datapoints as any other.
  const sizes = new Set(times.values())
  if (sizes.size > 1) context.problem(`snapshots of different sizes: ${[...sizes]}`)
  const missing = [...site.ledger.expected].filter((time) => !times.has(String(time)))
  context.findings.expected = site.ledger.expected.size * Math.max(...sizes)
  context.findings.lost = missing.length * Math.max(...sizes)
  context.note(`${times.size} snapshots, ${count.requests} requests`)
  for (const child of processes) await stopChild(child)
}
