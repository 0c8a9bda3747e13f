import { expect, it } from 'vitest'
import { Routine } from './routine.ts'

it('tells of the first at once, and then once a minute of all since', () => {
  const routine = new Routine()
  const told = []
  for (let now = 1000; now <= 1130; now += 10) {
    const summary = routine.add(5, now === 1030 ? 2 : 1, now)
    if (summary !== undefined) told.push([now, summary])
  }
  expect(told).toEqual([
    [1000, { times: 1, amount: 5, slowest: 1, span: '' }],
    [1060, { times: 6, amount: 30, slowest: 2, span: ' in the last 60 s' }],
    [1120, { times: 6, amount: 30, slowest: 1, span: ' in the last 60 s' }],
  ])
})

it('tells of each where less than one a minute happens', () => {
  const routine = new Routine()
  expect([0, 300, 600].map((now) => routine.add(1, 1, now)?.times)).toEqual([1, 1, 1])
})
