/** A configuration with everything that shows in `show stat`: kinds of rows, states, checks, modules, names that are quoted. */

import { once } from 'node:events'
import net from 'node:net'
import { onTestFinished } from 'vitest'
import type { Haproxy, PortOf } from '../support/haproxy.ts'
import { until } from '../support/until.ts'

/** Says to every agent check that the server is up with half its weight. Returns its port. */
export async function startAgent(): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => undefined).end('up 50%\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as net.AddressInfo).port
}

/** Checks run once, so that they change nothing later. */
export function richProxies({ agent, certificate }: { agent: number; certificate: string }): (port: PortOf) => string {
  return (port) => `
cache small
  total-max-size 4

frontend www
  option socket-stats
  bind 127.0.0.1:${port('www')} name plain
  bind 127.0.0.1:${port('quoted')} name a\\"b,c
  bind 127.0.0.1:${port('tls')} ssl crt ${certificate}
  maxconn 50
  rate-limit sessions 500
  http-request deny deny_status 403 if { path /denied }
  http-request return status 200 if { path /here }
  http-request cache-use small
  http-response cache-store small
  filter compression
  compression algo gzip
  compression type text/plain
  default_backend app

backend app
  option httpchk GET /check
  stick-table type ip size 1k store conn_cur
  cookie SRV insert
  server up 127.0.0.1:${port('echo')} check inter 60s maxconn 20 maxqueue 30 weight 10 cookie one,two
  server agent 127.0.0.1:${port('echo')} check inter 60s weight 100 agent-check agent-port ${agent} agent-inter 60s
  server wrong 127.0.0.1:${port('teapot')} check inter 60s fall 1
  server refused 127.0.0.1:1 check inter 60s fall 1
  server spare 127.0.0.1:${port('echo')} backup
  server maintained 127.0.0.1:${port('echo')} disabled
  server drained 127.0.0.1:${port('echo')} weight 0
  server-template free 2 127.0.0.1:${port('echo')} disabled

frontend tcp-in
  mode tcp
  bind 127.0.0.1:${port('tcp')}
  default_backend tcp-out

backend tcp-out
  mode tcp
  server one 127.0.0.1:${port('echo')}
  server down 127.0.0.1:1 check inter 60s fall 1

backend empty

listen echo
  bind 127.0.0.1:${port('echo')}
  http-request return status 200 content-type text/plain string "${'ok '.repeat(500)}"

frontend teapot
  bind 127.0.0.1:${port('teapot')}
  http-request return status 418
`
}

/** Waits for the verdicts of all checks, then asks for several things, `rounds` times. */
export async function useRichProxies(haproxy: Haproxy, rounds: number): Promise<void> {
  await until('the verdicts of all checks', async () => {
    const stat = await haproxy.ask('show stat')
    const verdicts = [
      /^app,wrong,.*,DOWN,/m,
      /^app,refused,.*,DOWN,/m,
      /^app,up,.*,UP[^,]*,/m,
      /^tcp-out,down,.*,DOWN,/m,
    ]
    return verdicts.every((verdict) => verdict.test(stat)) && /^app,agent,.*,UP[^,]*,50,/m.test(stat)
  })
  for (let round = 0; round < rounds; round++) {
    for (const path of ['/', '/', '/here', '/denied', '/cached']) {
      for (const port of ['www', 'quoted', 'tcp']) {
        const headers = { connection: 'close', 'accept-encoding': 'gzip' }
        await (await fetch(`http://127.0.0.1:${haproxy.port(port)}${path}`, { headers })).arrayBuffer()
      }
    }
  }
}
