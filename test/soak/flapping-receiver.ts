import { once } from 'node:events'
import net from 'node:net'
import { onTestFinished } from 'vitest'
import { freePort } from '../support/free-port.ts'

/** A receiver with outages, and its counts. */
export interface FlappingReceiver {
  readonly port: number
  readonly lines: number
  readonly outages: number
}

/** Receives for `up` milliseconds, resets all connections, refuses for `down` milliseconds, and so on. */
export async function flappingReceiver({ up, down }: { up: number; down: number }): Promise<FlappingReceiver> {
  const receiver = { port: await freePort(), lines: 0, outages: 0 }
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      for (const byte of bytes) if (byte === 0x0a) receiver.lines++
    })
  })
  let timer: NodeJS.Timeout | undefined
  const rise = async () => {
    server.listen(receiver.port, '127.0.0.1')
    await once(server, 'listening')
    timer = setTimeout(fall, up)
  }
  const fall = () => {
    receiver.outages++
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
    timer = setTimeout(() => void rise(), down)
  }
  await rise()
  onTestFinished(() => {
    clearTimeout(timer)
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return receiver
}
