/** A real master process with its workers, and reloads. */
import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { parseWorkers } from '@haproxystats/haproxy'
import { onTestFinished } from 'vitest'
import { askSocket, type Haproxy, type PortOf, startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

/** A frontend that answers, and one for connections to a server that keeps them. */
const configWith = (sink: number) => (port: PortOf) =>
  `
frontend www
  bind 127.0.0.1:${port('www')}
  http-request return status 200 content-type text/plain string ok

listen held
  mode tcp
  timeout client 60s
  timeout server 60s
  bind 127.0.0.1:${port('held')}
  server sink 127.0.0.1:${sink}
`

export async function startMaster(): Promise<{ haproxy: Haproxy; master: string }> {
  const master = join(await temporaryDirectory(), 'master.sock')
  const sink = new URL(await silentServer(false)).port
  return { haproxy: await startHaproxy({ masterSocket: master, config: configWith(Number(sink)) }), master }
}

export const workersOf = async (master: string) => {
  const answer = await new Promise<string>((resolve) => {
    const socket = net.connect(master)
    socket.setTimeout(5000, () => socket.destroy())
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.on('error', () => resolve(''))
    socket.on('close', () => resolve(text))
    socket.end('show proc\n')
  })
  return answer.startsWith('#<PID>') ? parseWorkers(answer) : []
}

/** Loads the configuration again, in a new worker. */
export async function reload({ haproxy, master }: { haproxy: Haproxy; master: string }): Promise<void> {
  const current = (workers: Awaited<ReturnType<typeof workersOf>>) => workers.find(({ reloads }) => reloads === 0)?.pid
  const before = await until('a worker', async () => current(await workersOf(master)))
  haproxy.kill('SIGUSR2')
  const now = await until('a new worker', async () => {
    const pid = current(await workersOf(master))
    return pid !== before && pid
  })
  await until('the new worker to answer', async () =>
    (await askSocket(haproxy.sockets[0]!, 'show info').catch(() => '')).includes(`\nPid: ${now}\n`),
  )
}

/** A connection that keeps the worker alive that took it. */
export async function hold(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  onTestFinished(() => void socket.destroy())
  return socket
}

/** Takes connections and never says a word; `stubborn` ones stay open although the other side has closed. */
export async function silentServer(stubborn = true): Promise<string> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: stubborn }, (socket) => {
    sockets.add(socket.on('error', () => undefined).resume())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`
}

export function cell(stat: string, object: string, name: string): number {
  const [header = '', ...rows] = stat.split('\n')
  const row = rows.find((text) => text.startsWith(`${object},`))
  return Number(row?.split(',')[header.slice(2).split(',').indexOf(name)])
}
