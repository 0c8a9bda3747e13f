import { expect, it } from 'vitest'
import { type LeftOut, selectionFor } from './selection.ts'

it.each<[LeftOut[], string | undefined, string]>([
  [[], '2.6.12', ''],
  [['listeners'], undefined, ' -1 7 -1'],
  [['servers'], '1.5.0', ' -1 11 -1'],
  [['listeners', 'servers'], '2.6.12-1+deb12u4', ' -1 3 -1'],
  [['maint'], undefined, ' -1 15 -1'],
  [['maint'], '2.2.9', ' -1 15 -1'],
  [['maint'], '2.3.0', ' -1 15 -1 no-maint'],
  [['maint', 'down', 'listeners'], '3.5-dev5', ' -1 7 -1 up'],
  [['down'], '10.0', ' -1 15 -1 up'],
])('leaves out %j with HAProxy %s', (leftOut, version, selection) => {
  expect(selectionFor(leftOut, version)).toBe(selection)
})
