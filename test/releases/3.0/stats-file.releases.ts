/** A new worker starts with the counters of the old one, read from a file. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hold } from '../../sources/master.ts'
import { askSocket } from '../../support/haproxy.ts'
import { countedBy, reloadedSite } from '../reloads.ts'

test('counters that a worker took over by stats-file are counted once', async () => {
  let file = ''
  const site = await reloadedSite((directory) => {
    file = join(directory, 'counters')
    return `  stats-file ${file}\n`
  })
  let requests = 0
  const request = async (times: number) => {
    await site.request(times)
    requests += times
  }
  const all = () => Array(4).fill(requests)
  for (const [before, after] of [
    [40, 5],
    [3, 30],
    [7, 0],
  ] as const) {
    await request(before)
    expect(countedBy(await site.values())).toEqual(all())
    const held = await hold(site.haproxy.port('held'))
    await writeFile(file, await askSocket(site.haproxy.sockets[0] as string, 'dump stats-file'))
    await site.reload()
    expect(countedBy(await site.values())).toEqual(all())
    await request(after)
    expect(countedBy(await site.values())).toEqual(all())
    held.destroy()
    await site.alone()
    expect(countedBy(await site.values())).toEqual(all())
  }
})
