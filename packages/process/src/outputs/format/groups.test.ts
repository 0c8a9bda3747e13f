import { expect, it } from 'vitest'
import { Groups } from './groups.ts'
import { hostileName } from './hostile-names.ts'

const none = { 'frontend-groups': [], 'backend-groups': [], 'server-groups': [] }
const alone = () => []

it('are those of the first pattern that matches, of their section only', () => {
  const groups = new Groups({
    ...none,
    'backend-groups': [
      { name: 'shop', pattern: /^shop-/ },
      { name: 'rest', pattern: /./ },
    ],
  })
  expect(groups.of('backend-groups', 'shop-1', () => ['shop-1', 'other'])).toBe('shop')
  expect(groups.of('backend-groups', 'other', alone)).toBe('rest')
  expect(groups.of('frontend-groups', 'shop-1', alone)).toBeUndefined()
})

it('end a pattern that takes for ever, and say which and for which name', () => {
  const slow = { name: 'slow', pattern: /^(a+)+$/ }
  const groups = new Groups({ ...none, 'server-groups': [{ name: 'fine', pattern: /^b/ }, slow] })
  const name = `${'a'.repeat(60)}-`
  expect(() => groups.of('server-groups', 'aaa', () => ['b', name])).toThrow(
    expect.objectContaining({
      code: 'CONFIGURATION',
      message: `[server-groups] slow = ^(a+)+$: takes longer than 2 s for the name ${name}; mend it, repetition within repetition as in (a+)+ takes for ever`,
    }),
  )
  expect(groups.of('server-groups', 'b', alone)).toBe('fine')
})

it.each([[/^(a+)+$/], [/^(\w+\s?)*$/], [/^([a-z]+-?)+\.example$/], [/(x+x+)+y/], [/^(.*)*\d$/]])(
  'a name is found for which %s takes for ever',
  (pattern) => {
    expect(hostileName({ name: 'slow', pattern })).toMatch(/^.{200}$/)
  },
)

it.each([[/^shop-|^cart$/], [/^(varnish|cache)[0-9]+$/], [/^a+$/], [/(^|-)prod(-|$)/], [/^(?!test).*[a-z]{2,}\d*$/]])(
  'no name is found for which %s takes for ever',
  (pattern) => {
    expect(hostileName({ name: 'fine', pattern })).toBeUndefined()
  },
)
