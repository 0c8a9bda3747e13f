import { expect, it } from 'vitest'
import { backendMetrics } from './backend-metrics.ts'
import { serverStates } from './server-states.ts'

it.each(backendMetrics(true))('$name is as its example says', ({ example, compute }) => {
  const { total, up } = example.given
  const none = Object.fromEntries(serverStates.map((state) => [state, 0])) as Record<
    (typeof serverStates)[number],
    number
  >
  expect(compute({ total, byState: { ...none, up, down: total - up } })).toBe(example.value)
})

it('only the number of servers is sent unless states are asked for', () => {
  expect(backendMetrics(false).map(({ name }) => name)).toEqual(['TotalServers'])
})
