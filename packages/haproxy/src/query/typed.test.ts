import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recordedFile } from '../../../../test/support/recorded.ts'
import { queryTyped, typedCommand } from './typed.ts'

let directory: string
let path: string
let server: net.Server

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'typed-'))
  path = join(directory, 'a.sock')
})

afterEach(async () => {
  server.close()
  await rm(directory, { recursive: true, force: true })
})

const objects = [
  { iid: 3, types: 3, sid: -1 },
  { iid: 3, types: 4, sid: 1 },
]

/** Queries a process with this answer. */
async function answered(answer: string | Buffer, limit = 1e6): Promise<{ typed: Buffer | undefined; sent: string }> {
  let sent = ''
  server = net.createServer((socket) => {
    socket.once('data', (bytes) => {
      sent += bytes
      socket.end(answer)
    })
  })
  server.listen(path)
  await once(server, 'listening')
  const options = { timeout: 10, retries: 0, interval: 0, limit, signal: new AbortController().signal }
  return { typed: await queryTyped('a', { kind: 'unix', path }, objects, options), sent }
}

const recorded = recordedFile('answers/3.4.0/stat_typed.txt')

test('queries a few objects by their numbers, and returns every byte', async () => {
  const { typed, sent } = await answered(recorded)
  expect(sent).toBe('show stat 3 3 -1 typed;show stat 3 4 1 typed\n')
  expect(sent).toBe(typedCommand(objects))
  expect(typed?.equals(recorded)).toBe(true)
})

test.each([
  ['a release before 1.7', recordedFile('answers/1.5.0/stat.txt')],
  ['objects that are gone', 'No such proxy.\n\n'],
  ['a level too low', 'Permission denied\n\n'],
  ['nothing of these', '\n\n'],
])('%s is no answer with types', async (_, answer) => expect((await answered(answer)).typed).toBeUndefined())

test.each([
  ['nothing at all', ''],
  ['an answer without its end', recorded.subarray(0, -1)],
  ['half a line', recorded.subarray(0, 500)],
])('%s is truncated', async (_, answer) => {
  await expect(answered(answer)).rejects.toMatchObject({ code: 'ANSWER_TRUNCATED' })
})

test('a long answer is not read to its end', async () => {
  await expect(answered(recorded, recorded.length - 1)).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' })
})
