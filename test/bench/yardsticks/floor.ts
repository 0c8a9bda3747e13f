// The least that any program must do: read the same bytes, find the separators, write as many bytes to the same sink.
import { findSeparators, readAll, sendAll } from './floor-parts.ts'
import type { YardstickReply, YardstickRequest } from './yardstick.ts'

let prepared = Buffer.alloc(0)

process.on('message', async (request: YardstickRequest) => {
  if (prepared.length !== request.bytes) prepared = Buffer.alloc(request.bytes, 'loadbalancers.haproxy 1 1600000000\n')
  for (const bytes of readAll(request.files)) findSeparators(bytes)
  await sendAll(prepared, request.port)
  process.send?.({ datapoints: 0 } satisfies YardstickReply)
})
process.send?.('ready')
