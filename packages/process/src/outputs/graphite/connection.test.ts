import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Connection, NoClose } from './connection.ts'

const never = new AbortController().signal
let server: Server
let port: number

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(() => {
  server.close()
})

async function connected(): Promise<{ connection: Connection; peer: Socket }> {
  const accepted = once(server, 'connection')
  const connection = await Connection.open('127.0.0.1', port, 5, never)
  const [peer] = (await accepted) as [Socket]
  return { connection, peer }
}

function beBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

it('hears of a peer that closed first, however busy the program was meanwhile', async () => {
  const { connection, peer } = await connected()
  await connection.write(Buffer.from('a line\n'), 5, 1024)
  await once(peer, 'data')
  peer.destroy()
  const ended = connection.end(5)
  beBusy(50)
  await expect(ended).rejects.toThrow('the peer closed the connection before it had everything')
  connection.destroy()
})

it('ends when the peer closes after it', async () => {
  const { connection, peer } = await connected()
  await connection.write(Buffer.from('a line\n'), 5, 1024)
  peer.on('end', () => peer.end()).resume()
  await connection.end(5)
  connection.destroy()
})

it('hears of a reset before it takes a peer for one that does not close', async () => {
  const { connection, peer } = await connected()
  peer.on('end', () => {
    peer.resetAndDestroy()
    beBusy(150)
  })
  peer.resume()
  const failure = await connection.end(0.1).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Error)
  expect(failure).not.toBeInstanceOf(NoClose)
  connection.destroy()
})

it('hears of a load balancer without a server, which closes as soon as it gets to it', async () => {
  const { connection, peer } = await connected()
  setTimeout(() => peer.end(), 20)
  await connection.write(Buffer.from('a line\n'), 5, 1024)
  await expect(connection.end(5)).rejects.toThrow('the peer closed the connection before it had everything')
  connection.destroy()
})
