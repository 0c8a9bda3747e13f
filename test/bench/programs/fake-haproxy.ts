// Stands in for HAProxy processes: answers every question on its unix sockets with the same prepared bytes.
// fake-haproxy.js <directory of the sockets> <directory of a snapshot> <sources> [<bytes>]. With `bytes` an answer has only so
// many whole rows that it is about as long.
import { mkdirSync, readdirSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { answerOf } from '../data/snapshots.ts'
import { now } from './usage.ts'

/** The first question of a pull: when it came, in milliseconds of the clock that all processes share. */
export interface Asked {
  readonly first: number
}

/** A question after so many milliseconds without one, and without an answer under way, is the first of a pull. */
const silence = 200

const [sockets = '', snapshot = '', count = '1', length = 'Infinity'] = process.argv.slice(2)
const sources = readdirSync(snapshot)
  .filter((file) => file.endsWith('_info'))
  .map((file) => file.slice(0, -'_info'.length))
const answers = sources.slice(0, Number(count)).map((source) => shortened(answerOf(snapshot, source), Number(length)))
mkdirSync(sockets, { recursive: true })
let busyUntil = 0

await Promise.all(
  Array.from({ length: Number(count) }, (_none, index) => {
    const answer = answers[index % answers.length] as Buffer
    const server = net.createServer({ allowHalfOpen: true }, (socket) => serve(socket, answer))
    return new Promise<void>((resolve) => {
      server.listen({ path: join(sockets, `haproxy${index + 1}.sock`), backlog: 64 }, resolve)
    })
  }),
)
process.send?.('ready')

function serve(socket: net.Socket, answer: Buffer): void {
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.destroy())
  socket.once('data', () => {
    const first = now()
    if (first - busyUntil > silence) process.send?.({ first } satisfies Asked)
    busyUntil = first
    socket.end(answer, () => {
      busyUntil = now()
    })
  })
}

function shortened(answer: Buffer, bytes: number): Buffer {
  if (bytes >= answer.length) return answer
  return Buffer.concat([answer.subarray(0, answer.indexOf('\n', bytes) + 1), Buffer.from('\n')])
}
