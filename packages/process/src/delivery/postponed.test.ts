import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Postponed } from './postponed.ts'

let tried: string[]
let postponed: Postponed
beforeEach(() => {
  vi.useFakeTimers()
  tried = []
  postponed = new Postponed((snapshot) => tried.push(snapshot))
})
afterEach(() => vi.useRealTimers())

test('a snapshot that fails again and again is tried after pauses that grow up to half a minute', () => {
  const pauses: number[] = []
  for (let failures = 1; failures <= 8; failures++) {
    postponed.add('1')
    const begin = Date.now()
    while (tried.length < failures) vi.advanceTimersByTime(500)
    pauses.push((Date.now() - begin) / 1000)
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
})

test('one is tried at a time, those first that failed least', () => {
  postponed.add('1')
  vi.advanceTimersByTime(1000)
  expect(tried).toEqual(['1'])
  for (const snapshot of ['1', '2', '3']) postponed.add(snapshot)
  vi.advanceTimersByTime(2000)
  expect(tried).toEqual(['1', '2'])
  postponed.setReady('2')
  expect(['1', '2', '3'].filter((snapshot) => postponed.has(snapshot))).toEqual(['1', '3'])
  postponed.delete('2')
  expect(tried).toEqual(['1', '2', '3'])
  postponed.delete('3')
  expect(tried).toEqual(['1', '2', '3', '1'])
  expect(postponed.has('1')).toBe(true)
})

test('what is forgotten or closed is not tried any more', () => {
  for (const snapshot of ['1', '2']) postponed.add(snapshot)
  postponed.delete('1')
  expect(postponed.has('1')).toBe(false)
  postponed.close()
  vi.advanceTimersByTime(60_000)
  expect(tried).toEqual([])
})
