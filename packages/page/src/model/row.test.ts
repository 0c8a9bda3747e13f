import { expect, it } from 'vitest'
import { describeKey } from './row.ts'

it.each([
  ['s:app/app1', 'server app/app1'],
  ['daemon', 'all processes'],
  ['p:lb1', 'process lb1'],
  ['constructor:x', 'constructor:x'],
  ['x', 'x'],
])('the key %s is in words %s', (key, words) => expect(describeKey(key)).toBe(words))
