/**
 * A server of `[http]` in this process, with routes of the test's own:
 *
 *     const { port } = await httpServer({ routes, lines: 'max-connections = 2' })
 */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { HttpServer, type ServerContext } from '../../packages/process/src/http/server/server.ts'
import { MemoryHistory } from '../../packages/process/src/http/trend/memory-history.ts'
import { type Route, text } from '../../packages/process/src/http/types/route.ts'
import { parseConfiguration } from './configuration.ts'
import { freePort } from './free-port.ts'

export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Asked {
  readonly from?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent
}

export const health: Route = {
  path: '/health',
  summary: '',
  answer: ({ segments }) => (segments[0] === 'health' ? text('ok') : undefined),
}

/** More than the buffers of any socket hold. */
export const huge: Route = {
  path: '/huge',
  summary: '',
  answer: ({ segments }) =>
    segments[0] === 'huge' ? { ...text('x'.repeat(16 * 1024 * 1024)), perSnapshot: true } : undefined,
}

export interface HttpServerOptions extends Partial<ServerContext> {
  /** More lines for the section. */
  readonly lines?: string
  readonly alsoListen?: string
}

export async function httpServer({ lines = '', alsoListen, ...context }: HttpServerOptions = {}) {
  const port = await freePort()
  const { http } = parseConfiguration(
    `[http]\nlisten = 127.0.0.1:${port}${alsoListen === undefined ? '' : `, ${alsoListen}`}\n${lines}\n`,
  )
  const told: string[] = []
  const facts = {
    view: undefined,
    history: new MemoryHistory({ bound: 2 ** 20 }),
    status: {},
    interval: 10,
    now: () => 0,
  }
  const server = new HttpServer({
    settings: http!,
    routes: [health, huge],
    files: new Map(),
    facts,
    log: (severity, message) => told.push(`${severity}: ${message}`),
    ...context,
  })
  await server.start()
  onTestFinished(() => server.close())
  const withTls = http!['tls-certificate-file'] !== undefined
  /** Undefined without an answer. */
  const get = (path: string, { from, headers = {}, agent }: Asked = {}) =>
    new Promise<Got | undefined>((resolve) => {
      const options = { port, host: '127.0.0.1', path, headers, rejectUnauthorized: false, agent: agent ?? false }
      const ask = withTls ? httpsRequest : httpRequest
      const request = ask({ ...options, ...(from && { localAddress: from }) }, (response) => {
        let body = ''
        response.on('data', (part) => {
          body += part
        })
        response.on('error', () => resolve(undefined))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      })
      request.on('error', () => resolve(undefined))
      request.end()
    })
  /** Clients that send this and read nothing. They keep their side open whatever the server does. */
  const clients = (count: number, bytes: string | Buffer = '', from?: string): Socket[] =>
    Array.from({ length: count }, () => {
      const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...(from && { localAddress: from }) })
      client.on('error', () => undefined).pause()
      if (bytes.length > 0) client.write(bytes)
      onTestFinished(async () => {
        client.destroy()
        if (!client.closed) await once(client, 'close')
      })
      return client
    })
  /** Clients that ask for this, read the first bytes of the answer and nothing more. */
  const busyClients = async (count: number, path: string, from?: string): Promise<Socket[]> => {
    const busy = clients(count, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, from)
    await Promise.all(busy.map((client) => once(client.resume(), 'data').then(() => client.pause())))
    return busy
  }
  return { server, port, told, get, clients, busyClients }
}

/** How many sockets this process has open. */
export function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}
