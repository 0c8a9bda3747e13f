import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { manifestName, parseManifest, sealOf } from '@haproxystats/core'
import { queueEntriesSync } from '../../support/queue.ts'
import type { RowContext } from '../harness/row.ts'
import { pause, until } from '../harness/wait.ts'
import { pullSite } from './kill-pull.ts'

function run(command: string, ...rest: string[]): void {
  const { status, stderr } = spawnSync(command, rest)
  if (status !== 0) throw new Error(`${command} ${rest.join(' ')}: ${stderr}`)
}

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: what is not on the disk yet never gets there, as when power fails. */
const shutDown = `use Fcntl; sysopen(my $d, $ARGV[0], O_RDONLY) or die; my $f = pack("L", 2); ioctl($d, 0x8004587d, $f) or die $!`

/** The file system brings nothing to the disk by itself while a row lasts, so that only what was synced is there. */
const mountOptions = ['-o', 'loop,commit=300']

/** Pull publishes on an ext4 of its own, the power is cut, and what is there after mounting again is looked at. */
export async function cutPower(context: RowContext): Promise<void> {
  const [image, base] = [join(context.directory, 'image'), join(context.directory, 'disk')]
  mkdirSync(base)
  let snapshots = 0
  let empty = 0
  run('truncate', '-s', '32M', image)
  run('mkfs.ext4', '-qF', image)
  run('mount', ...mountOptions, image, base)
  const { site } = await pullSite(context, { base })
  run('sync', '-f', base)
  for (const _time of context.rounds()) {
    const pull = site.start('pull')
    const published = () => pull.lines(/^snapshot \d+: /).map((line) => String(line['snapshot']))
    await until('two snapshots', () => published().length >= 2)
    await pause(context.random.whole(0, 1000))
    run('perl', '-e', shutDown, base)
    const expected = published()
    await pull.stop('SIGKILL')
    context.injected()
    run('umount', '-l', base)
    await until('the disk to be free', () => spawnSync('mount', [...mountOptions, image, base]).status === 0)
    const there = queueEntriesSync(site.queue)
    context.findings.expected += expected.length
    snapshots += expected.length
    for (const name of expected) if (!there.includes(name)) context.findings.lost++
    for (const name of there) {
      if (isWhole(site.answers(Number(name)), join(site.queue, name))) continue
      empty++
      context.findings.wrong++
    }
    for (const name of there) spawnSync('rm', ['-rf', join(site.queue, name)])
    run('sync', '-f', base)
  }
  context.note(
    `of ${snapshots} published snapshots ${context.findings.lost} were gone; ${empty} were there and not whole`,
  )
  run('umount', '-l', base)
}

/** Whether a snapshot holds what was answered, byte for byte, and the seals of it. */
function isWhole(answers: readonly (readonly [string, string])[], directory: string): boolean {
  try {
    const seals = Object.fromEntries(answers.map(([name, text]) => [name, sealOf(Buffer.from(text))]))
    const manifest = parseManifest(readFileSync(join(directory, manifestName)))
    const isSealed = isDeepStrictEqual(manifest?.files, seals)
    return isSealed && answers.every(([name, text]) => readFileSync(join(directory, name), 'latin1') === text)
  } catch {
    return false
  }
}
