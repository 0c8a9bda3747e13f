import { expect, it } from 'vitest'
import { roundsOf } from './context.ts'

/** The rounds that a case gets when each takes a second. */
const rounds = (wanted: number, patience: number) => {
  let time = 0
  return [...roundsOf({ rounds: wanted, patience }, () => time++)]
}

it('a case has as many rounds as wanted when there is time', () => {
  expect(rounds(5, 100)).toEqual([1, 2, 3, 4, 5])
  expect(rounds(1, 100)).toEqual([1])
})

it('a case that takes long has fewer, but two', () => {
  expect(rounds(5, 2)).toEqual([1, 2, 3, 4])
  expect(rounds(5, 0)).toEqual([1, 2])
  expect(rounds(1, 0)).toEqual([1])
})
