// Stand-ins for HAProxy processes that answer every question with the same prepared bytes, on unix sockets:
// answerer.js <directory of the sockets> <directory of a snapshot> <sources> [<bytes>]. With `bytes` an answer has only so
// many whole rows that it is about as long.
import { mkdirSync, readdirSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { answerOf } from '../data/snapshots.ts'
import { now } from './cost.ts'

/** All sources have been asked once more and have said everything. Milliseconds of the clock that all processes share. */
export interface Answered {
  readonly first: number
  readonly last: number
  readonly bytes: number
}

const [sockets = '', snapshot = '', count = '1', length] = process.argv.slice(2)
const sources = readdirSync(snapshot)
  .filter((file) => file.endsWith('_info'))
  .map((file) => file.slice(0, -'_info'.length))
const said = sources.slice(0, Number(count)).map((source) => shortened(answerOf(snapshot, source)))
mkdirSync(sockets, { recursive: true })
let [first, bytes, answered] = [0, 0, 0]

await Promise.all(
  Array.from({ length: Number(count) }, (_none, index) => {
    const answer = said[index % said.length] as Buffer
    const server = net.createServer({ allowHalfOpen: true }, (socket) => serve(socket, answer))
    server.listen({ path: join(sockets, `haproxy${index + 1}.sock`), backlog: 64 })
    return new Promise((resolve) => server.once('listening', resolve))
  }),
)
process.send?.('ready')

function serve(socket: net.Socket, answer: Buffer): void {
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.destroy())
  socket.once('data', () => {
    if (answered === 0 && bytes === 0) first = now()
    bytes += answer.length
    socket.end(answer, () => {
      if (++answered < Number(count)) return
      process.send?.({ first, last: now(), bytes } satisfies Answered)
      answered = 0
      bytes = 0
    })
  })
}

function shortened(answer: Buffer): Buffer {
  if (length === undefined || Number(length) >= answer.length) return answer
  const end = answer.indexOf('\n', Number(length)) + 1
  return Buffer.concat([answer.subarray(0, end), Buffer.from('\n')])
}
