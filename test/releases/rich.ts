import { once } from 'node:events'
import net from 'node:net'
import { onTestFinished } from 'vitest'
import type { Haproxy, PortOf } from '../support/haproxy.ts'
import { richProxies } from '../support/rich-proxies.ts'
import { until } from '../support/until.ts'

/** Answers every agent check with half the weight. Returns its port. */
export async function startAgent(): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => undefined).end('up 50%\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as net.AddressInfo).port
}

/** Rich proxies with a quoted name, TLS, cookies, a stick table, an agent, and servers from a template. */
export function tableProxies({ agent, certificate }: { agent: number; certificate: string }): (port: PortOf) => string {
  return (port) =>
    richProxies(port, {
      binds: `  bind 127.0.0.1:${port('www')} name plain
  bind 127.0.0.1:${port('quoted')} name a\\"b,c
  bind 127.0.0.1:${port('tls')} ssl crt ${certificate}`,
      servers: `  stick-table type ip size 1k store conn_cur
  cookie SRV insert
  server up 127.0.0.1:${port('echo')} check inter 60s maxconn 20 maxqueue 30 weight 10 cookie one,two
  server agent 127.0.0.1:${port('echo')} check inter 60s weight 100 agent-check agent-port ${agent} agent-inter 60s
  server wrong 127.0.0.1:${port('teapot')} check inter 60s fall 1
  server refused 127.0.0.1:1 check inter 60s fall 1
  server spare 127.0.0.1:${port('echo')} backup
  server maintained 127.0.0.1:${port('echo')} disabled
  server drained 127.0.0.1:${port('echo')} weight 0
  server-template free 2 127.0.0.1:${port('echo')} disabled`,
    })
}

/** Waits for the results of all checks, then sends different requests, `rounds` times. */
export async function useRichProxies(haproxy: Haproxy, rounds: number): Promise<void> {
  await until('the results of all checks', async () => {
    const stat = await haproxy.ask('show stat')
    const results = [
      /^app,wrong,.*,DOWN,/m,
      /^app,refused,.*,DOWN,/m,
      /^app,up,.*,UP[^,]*,/m,
      /^tcp-out,down,.*,DOWN,/m,
      /^tcp-out,one,.*,L4OK,/m,
    ]
    return results.every((result) => result.test(stat)) && /^app,agent,.*,UP[^,]*,50,/m.test(stat)
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
