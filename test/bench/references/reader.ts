// A simple reader: asks every stats socket of a directory at once and reads all answers. With a second directory it writes
// each answer to a file there and syncs it, as pull has to: reader.js <sockets> [<directory>].
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'

/** All sockets have been read, in so many seconds. */
export interface ReaderReply {
  readonly wall: number
}

const [sockets = '', directory] = process.argv.slice(2)

process.on('message', async () => {
  const begin = performance.now()
  if (directory !== undefined) mkdirSync(directory, { recursive: true })
  await Promise.all(readdirSync(sockets).map(readOne))
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
  process.send?.({ wall: (performance.now() - begin) / 1000 } satisfies ReaderReply)
})
process.send?.('ready')

async function readOne(name: string): Promise<void> {
  const chunks = await ask(join(sockets, name))
  if (directory === undefined) return
  const file = await open(join(directory, name), 'w')
  await file.writev(chunks)
  await file.sync()
  await file.close()
}

function ask(path: string): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = net.connect({ path, allowHalfOpen: true })
    socket.on('error', reject)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => {
      socket.end()
      resolve(chunks)
    })
    socket.write('show info;show stat\n')
  })
}
