import { expect, test } from 'vitest'
import { ReplayBuffer } from './replay-buffer.ts'

const batch = (snapshot: string, datapoints = 10) => ({ snapshot, datapoints, bytes: new Uint8Array(0) })

/** What is to be sent again when the destination dies at `now`, after it took each of these at its time. */
function dueAt(now: number, taken: readonly (readonly [at: number, ...string[]])[], [seconds, datapoints] = [5, 1000]) {
  const buffer = new ReplayBuffer(seconds!, datapoints!)
  for (const [at, ...names] of taken) {
    buffer.add(
      names.map((name) => batch(name)),
      at,
    )
  }
  buffer.peerDied(now)
  return buffer.due.map(({ snapshot }) => snapshot)
}

test('keeps what was delivered within its seconds, oldest first', () => {
  const taken = [
    [0, '1'],
    [3000, '2', '3'],
  ] as const
  expect(dueAt(5000, taken)).toEqual(['1', '2', '3'])
  expect(dueAt(5001, taken)).toEqual(['2', '3'])
  expect(dueAt(9000, taken)).toEqual([])
})

test('keeps what was sent again once, as of then', () => {
  const buffer = new ReplayBuffer(5, 1000)
  buffer.add([batch('1')], 0)
  buffer.peerDied(4000)
  buffer.add([batch('2')], 4000)
  expect(buffer.due).toEqual([])
  buffer.peerDied(6000)
  expect(buffer.due.map(({ snapshot }) => snapshot)).toEqual(['1', '2'])
})

test('holds no more datapoints than it may, and nothing for 0 seconds', () => {
  expect(dueAt(0, [[0, '1', '2', '3']], [5, 25])).toEqual(['2', '3'])
  expect(dueAt(0, [[0, '1']], [0, 1000])).toEqual([])
})
