import { expect, test } from 'vitest'
import { ordered, resolveHost } from './resolve.ts'

const never = new AbortController().signal

test('addresses are sorted, those of the preferred family first', () => {
  const v4 = (last: number) => ({ address: `192.0.2.${last}`, family: 4 })
  const v6 = (last: number) => ({ address: `2001:db8::${last}`, family: 6 })
  expect(ordered([v6(2), v4(9), v6(1), v4(1), v6(2)])).toEqual([
    ...['2001:db8::1', '2001:db8::2', '192.0.2.1', '192.0.2.9'],
  ])
  expect(ordered([v4(9), v4(1), v6(1)])).toEqual(['192.0.2.1', '192.0.2.9', '2001:db8::1'])
})

test('an address is not looked up', async () => {
  expect(await resolveHost('::1', 1, never)).toEqual(['::1'])
})

test('a lookup that takes too long fails', async () => {
  const controller = new AbortController()
  controller.abort()
  const looking = resolveHost('name.invalid', 0.000001, controller.signal)
  await expect(looking).rejects.toThrow(/not looked up|ENOTFOUND|EAI_AGAIN/)
})
