import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestName } from '@haproxystats/core'
import type { Random } from '../harness/random.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { until } from '../harness/wait.ts'

type Files = Map<string, Buffer>

/** Ways to damage the files of a snapshot. */
const damages: Readonly<Record<string, (files: Files, random: Random) => void>> = {
  flip: (files, random) => {
    const [name, bytes] = random.pick([...files])
    const at = random.whole(0, bytes.length - 1)
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] as number) ^ (1 << random.whole(0, 7))
    files.set(name, flipped)
  },
  cut: (files, random) => {
    const [name, bytes] = random.pick([...files])
    files.set(name, bytes.subarray(0, random.whole(0, bytes.length)))
  },
  extend: (files, random) => {
    const [name, bytes] = random.pick([...files])
    const more = random.pick(['x', '\n', 'www,FRONTEND,1,2,3,0,\n\n', '\0\0\0\0', 'front0,FRONTEND,1,1,1,0,\n'])
    files.set(name, Buffer.concat([bytes, Buffer.from(more)]))
  },
  missing: (files, random) => {
    files.delete(random.pick([...files.keys()].filter((name) => name !== manifestName)))
  },
  empty: (files, random) => {
    files.set(random.pick([...files.keys()]), Buffer.alloc(0))
  },
  twice: (files, random) => {
    const [name, bytes] = random.pick([...files])
    files.set(name, Buffer.concat([bytes, bytes]))
  },
  swapped: (files) => {
    const [info, stat] = [files.get('lb0.sock_info') as Buffer, files.get('lb0.sock_stat') as Buffer]
    files.set('lb0.sock_info', stat)
    files.set('lb0.sock_stat', info)
  },
}

/** Damaged snapshots between sound ones. What is read of a damaged one must be right, and the sound ones must arrive. */
export async function damage(context: RowContext): Promise<void> {
  const site = await Site.make(context)
  const program = site.start('process')
  await program.said('watching')
  const damaged = new Map<number, string>()
  const kinds = Object.keys(damages)
  for (const time of context.rounds()) {
    const kind = kinds[time % kinds.length] as string
    const snapshot = site.nextTime()
    const files: Files = new Map(site.files(snapshot).map(([name, text]) => [name, Buffer.from(text)]))
    damages[kind]?.(files, context.random)
    damaged.set(snapshot, kind)
    site.put(snapshot, files)
    context.injected()
    if (time % 3 === 0) site.publish()
    if (time % 20 === 0) await until('room', () => site.waiting().length < 40)
  }
  await site.settle(60 + context.times / 20)
  await program.stop()
  const wrongKinds = site.ledger.wrongTimes.map((time) => damaged.get(time) ?? 'sound')
  for (const kind of new Set(wrongKinds)) context.problem(`wrong datapoints of a snapshot damaged so: ${kind}`)
}

const canary = 'CANARY'

/** What somebody might plant in the queue, or within a snapshot that is otherwise sound. */
const plants: Readonly<Record<string, (site: Site, outside: string, time: number) => void>> = {
  'a link as a file': (site, outside, time) => {
    const at = plantedSnapshot(site, time)
    symlinkSync(join(outside, 'lb9.sock_stat'), join(at, 'lb9.sock_stat'))
    symlinkSync(join(outside, 'lb9.sock_info'), join(at, 'lb9.sock_info'))
    enter(site, at, time)
  },
  'a link as a snapshot': (site, outside, time) => symlinkSync(outside, join(site.queue, String(time))),
  'a FIFO as a file': (site, _outside, time) => {
    const at = plantedSnapshot(site, time)
    spawnSync('mkfifo', [join(at, 'lb9.sock_stat'), join(at, 'lb9.sock_info')])
    enter(site, at, time)
  },
  'a FIFO as a snapshot': (site, _outside, time) => spawnSync('mkfifo', [join(site.queue, String(time))]),
  'a file as a snapshot': (site, _outside, time) => writeFileSync(join(site.queue, String(time)), 'x'),
  'a directory as a file': (site, _outside, time) => {
    const at = plantedSnapshot(site, time)
    mkdirSync(join(at, 'lb9.sock_stat'))
    enter(site, at, time)
  },
  'a foreign owner': (site, _outside, time) => {
    const at = plantedSnapshot(site, time)
    writeFileSync(join(at, 'lb9.sock_stat'), `# pxname,svname,stot,type,\n${canary},FRONTEND,1,0,\n\n`)
    chownSync(join(at, 'lb9.sock_stat'), 12345, 12345)
    chownSync(at, 12345, 12345)
    enter(site, at, time)
  },
  'an empty directory': (site, _outside, time) => mkdirSync(join(site.queue, String(time))),
  'no permission': (site, _outside, time) => mkdirSync(join(site.queue, String(time)), { mode: 0 }),
}

function plantedSnapshot(site: Site, time: number): string {
  const at = join(site.temporary, `planted-${time}`)
  mkdirSync(at)
  return at
}

const enter = (site: Site, at: string, time: number) => renameSync(at, join(site.queue, String(time)))

/** Plants one thing after the other between sound snapshots. Nothing outside is read, nothing stalls. */
export async function plant(context: RowContext): Promise<void> {
  const site = await Site.make(context)
  const outside = join(context.directory, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'lb9.sock_info'), 'Name: HAProxy\nCumConns: 1\n\n')
  writeFileSync(join(outside, 'lb9.sock_stat'), `# pxname,svname,stot,type,\n${canary},FRONTEND,1,0,\n\n`)
  const program = site.start('process')
  await program.said('watching')
  const kinds = Object.keys(plants)
  let slowest = 0
  for (const time of context.rounds()) {
    const kind = kinds[time % kinds.length] as string
    plants[kind]?.(site, outside, site.nextTime())
    context.injected()
    const begin = performance.now()
    const sound = site.publish()
    await context.waitFor(`a sound snapshot after ${kind}`, () => site.ledger.has(sound), 30)
    slowest = Math.max(slowest, (performance.now() - begin) / 1000)
  }
  context.note(`a sound snapshot behind a planted one took at most ${slowest.toFixed(1)} s`)
  if (readdirSync(outside).length !== 2) context.problem('something outside the queue was removed')
  // What is no directory stays where it is, and is nobody's; the rest must go.
  const entries = () => readdirSync(site.queue, { withFileTypes: true })
  const rest = () => entries().filter((entry) => entry.isDirectory())
  await until('planted directories to go', () => rest().length === 0, 20).catch(() =>
    context.problem(`still in the queue: ${rest().map(({ name }) => name)}`),
  )
  for (const { name } of entries()) rmSync(join(site.queue, name), { recursive: true })
  await site.settle()
  await program.stop()
}
