/** Workers of one master side by side, for releases in which they can share counters. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hold } from '../../sources/master.ts'
import { countedBy, reloadedSite } from '../reloads.ts'

test.for([
  ['of their own', () => ''],
  ['that they share', (directory: string) => `  shm-stats-file ${join(directory, 'shared')}\n`],
] as const)(
  'workers with counters %s are counted once each, also when the new one overtakes the old one',
  async ([, lines]) => {
    const site = await reloadedSite((directory) => {
      const more = lines(directory)
      return more === '' ? '' : `  expose-experimental-directives\n${more}`
    })
    let requests = 0
    let last = 0
    for (let round = 0; round < 3; round++) {
      await site.request(20)
      requests += 20
      expect(countedBy(await site.values())).toEqual(Array(4).fill(requests))
      const held = await hold(site.haproxy.port('held'))
      await site.reload()
      // In steps that bring the new worker near the old one, past it, and far beyond.
      for (const times of [0, 8, 11, 1, 1, 40]) {
        await site.request(times)
        requests += times
        const counted = countedBy(await site.values())
        expect(counted).toEqual(Array(4).fill(requests))
        expect(counted[0]).toBeGreaterThanOrEqual(last)
        last = counted[0] as number
      }
      held.destroy()
      await site.alone()
      expect(countedBy(await site.values())).toEqual(Array(4).fill(requests))
    }
  },
)
