import { expect, test } from 'vitest'
import { ReplayBuffer } from './replay-buffer.ts'

const batch = (snapshot: string, datapoints = 10) => ({ snapshot, datapoints, bytes: new Uint8Array(0) })
const names = (recent: ReplayBuffer, now: number) => recent.since(now).map(({ snapshot }) => snapshot)

test('keeps what was delivered within its seconds, oldest first', () => {
  const recent = new ReplayBuffer(5, 1000)
  recent.add([batch('1')], 0)
  recent.add([batch('2'), batch('3')], 3000)
  expect(names(recent, 5000)).toEqual(['1', '2', '3'])
  expect(names(recent, 5001)).toEqual(['2', '3'])
  expect(names(recent, 9000)).toEqual([])
})

test('keeps a snapshot once, as it was sent last', () => {
  const recent = new ReplayBuffer(5, 1000)
  recent.add([batch('1'), batch('2')], 0)
  recent.add([batch('1')], 4000)
  expect(names(recent, 4000)).toEqual(['2', '1'])
  expect(names(recent, 6000)).toEqual(['1'])
})

test('holds no more datapoints than it may', () => {
  const recent = new ReplayBuffer(5, 25)
  recent.add([batch('1'), batch('2'), batch('3')], 0)
  expect(names(recent, 0)).toEqual(['2', '3'])
})

test('keeps nothing for 0 seconds', () => {
  const recent = new ReplayBuffer(0, 1000)
  recent.add([batch('1')], 0)
  expect(names(recent, 0)).toEqual([])
})
