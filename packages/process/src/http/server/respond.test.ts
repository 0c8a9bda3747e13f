import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { prepareResponse } from './prepared-response.ts'
import { respond } from './respond.ts'

/** A client that takes nothing until the test says so. */
class SlowResponse extends EventEmitter {
  readonly written: number[] = []
  destroyed = false
  ended = false
  writeHead = () => this
  write = ({ length }: Uint8Array) => {
    this.written.push(length)
    return false
  }
  end = ({ length }: Uint8Array) => {
    this.written.push(length)
    this.ended = true
  }
}

const asking = (headers: Record<string, string> = {}) => ({ method: 'GET', headers }) as unknown as IncomingMessage
const settled = () => new Promise((resolve) => setImmediate(resolve))

it('a client that does not read has only a piece of an answer waiting', async () => {
  const response = new SlowResponse()
  const responding = respond(
    asking(),
    response as unknown as ServerResponse,
    prepareResponse({ type: '', body: 'x'.repeat(150_000) }),
  )
  for (const pieces of [[65_536], [65_536, 65_536]]) {
    await settled()
    expect(response.written).toEqual(pieces)
    expect(response.ended).toBe(false)
    response.emit('drain')
  }
  await responding
  expect(response.written).toEqual([65_536, 65_536, 18_928])
  expect(response.listenerCount('drain') + response.listenerCount('close')).toBe(0)
})

it('a client that is gone gets nothing more', async () => {
  const response = new SlowResponse()
  const responding = respond(
    asking(),
    response as unknown as ServerResponse,
    prepareResponse({ type: '', body: 'x'.repeat(150_000) }),
  )
  await settled()
  response.destroyed = true
  response.emit('close')
  await responding
  expect(response.written).toEqual([65_536])
})

it.each([
  ['gzip', true],
  ['GZIP;q=0.001', true],
  ['br , gzip ; q=0.8', true],
  ['identity, gzip;q=1', true],
  ['', false],
  ['x-gzip', false],
  ['gzip;q=0', false],
  ['gzip ; q=0.000 , br', false],
  ['gzip; q = 0', false],
])('Accept-Encoding %j: compressed %s', async (accepted, isPacked) => {
  const response = new SlowResponse()
  response.write = () => true
  let head: Record<string, unknown> = {}
  response.writeHead = ((_status: number, headers: Record<string, unknown>) => {
    head = headers
  }) as never
  const prepared = prepareResponse({ type: '', body: 'x'.repeat(5000) })
  await respond(asking({ 'accept-encoding': accepted }), response as unknown as ServerResponse, prepared)
  expect(head['Content-Encoding']).toBe(isPacked ? 'gzip' : undefined)
})

it('reads a header of blanks in a time that grows with its length, not with its square', async () => {
  const prepared = prepareResponse({ type: '', body: 'x'.repeat(5000) })
  const took = async (blanks: number) => {
    const request = asking({ 'accept-encoding': `gzip${' '.repeat(blanks)};q=0,`.repeat(Math.round(160_000 / blanks)) })
    const begin = performance.now()
    const response = new SlowResponse()
    response.write = () => true
    await respond(request, response as unknown as ServerResponse, prepared)
    return performance.now() - begin
  }
  expect(await took(160_000)).toBeLessThan(20 * (await took(16)) + 1000)
})
