// The least that pull must do: asks every stats socket of a directory at once and reads all it says. With a second
// directory it writes each answer to a file there and syncs it, as pull has to: reader.js <sockets> [<directory>].
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'

/** All sockets have been read. */
export interface ReaderReply {
  readonly bytes: number
}

const [sockets = '', directory] = process.argv.slice(2)

process.on('message', async () => {
  const names = readdirSync(sockets)
  if (directory !== undefined) mkdirSync(directory, { recursive: true })
  const sizes = await Promise.all(names.map((name) => readOne(name)))
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
  process.send?.({ bytes: sizes.reduce((sum, size) => sum + size, 0) } satisfies ReaderReply)
})
process.send?.('ready')

async function readOne(name: string): Promise<number> {
  const chunks = await ask(join(sockets, name))
  if (directory !== undefined) {
    const file = await open(join(directory, name), 'w')
    await file.writev(chunks)
    await file.sync()
    await file.close()
  }
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
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
