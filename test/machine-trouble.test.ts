import { execFileSync } from 'node:child_process'
import { chownSync, readdirSync } from 'node:fs'
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { stopTime } from '../packages/process/src/delivery/delivery.ts'
import { Program, runProgram } from './support/program.ts'
import { answers, QueueSite } from './support/queue-site.ts'
import { until } from './support/until.ts'

const hangingThread = fileURLToPath(new URL('support/hanging-thread.mjs', import.meta.url))
const noThreads = fileURLToPath(new URL('support/no-threads.mjs', import.meta.url))

/** Runs node with one more option. */
const withImport = (file: string) => ['sh', '-c', 'node=$1; shift; exec "$node" --import "$0" "$@"', file]

/** A user without other processes. */
const user = 2_000_000_000 + process.pid

it('a working directory that is removed costs nothing', async () => {
  const site = await QueueSite.make()
  const directory = join(site.base, 'gone')
  await mkdir(directory)
  const names = [await site.publish(), await site.publish()]
  const inIt = ['sh', '-c', 'cd "$0" && rmdir "$0" && exec "$@"', directory]
  const program = new Program({ name: 'process', through: inIt }, '-f', site.file)
  await until('everything to be delivered', async () => (await site.names('store')).length === names.length)
  expect(await site.names('quarantine')).toEqual([])
  expect(program.log.filter(({ msg }) => msg.includes('working directory was removed'))).toHaveLength(1)
  expect(await program.stop()).toBe(0)
})

it.runIf(process.getuid?.() === 0)('threads that cannot be created are waited for', async () => {
  const site = await QueueSite.make()
  const name = await site.publish()
  for (const path of [site.base, join(site.base, 'incoming'), join(site.base, 'incoming', name)]) {
    await chown(path, user, 0)
    for (const file of readdirSync(path)) chownSync(join(path, file), user, 0)
  }
  const asUser = ['--reuid', String(user), '--clear-groups', 'prlimit']
  const through = ['setpriv', ...asUser, '--nproc=1000:1000', ...withImport(noThreads)]
  const program = new Program({ name: 'process', through }, '-f', site.file)
  const line = await program.said('cannot be processed now')
  expect(line).toMatchObject({ level: 50, reason: expect.stringMatching(/^no worker thread can be started: .*EAGAIN/) })
  execFileSync('setpriv', [...asUser, '--pid', String(program.pid), '--nproc=1000:1000'])
  await until('the snapshot to be delivered', async () => (await site.names('store')).includes(name))
  await program.said('no snapshot waits any more because of trouble with starting a worker thread')
  expect(await site.names('quarantine')).toEqual([])
  expect(await program.stop()).toBe(0)
})

it(`SIGTERM ends the program within ${stopTime} s while a worker hangs`, async () => {
  const site = await QueueSite.make('worker-timeout = 3600')
  const name = await site.publish()
  const program = new Program({ name: 'process', through: withImport(hangingThread) }, '-f', site.file)
  await program.said('watching')
  await until('the worker to be busy', () => {
    const ticks = execFileSync('ps', ['-o', 'cputimes=', '-p', String(program.pid)], { encoding: 'utf8' })
    return Number(ticks) >= 2
  })
  const begin = performance.now()
  expect(await program.stop()).toBe(0)
  expect((performance.now() - begin) / 1000).toBeLessThan(stopTime)
  expect(await site.names('incoming')).toEqual([name])
})

it('--requeue brings back what was put aside while the program runs', async () => {
  const site = await QueueSite.make()
  const program = new Program('process', '-f', site.file)
  await program.said('watching')
  const name = await site.publish({ h1_stat: 'damaged\n\n' })
  await program.said('cannot be processed, moved to')
  const aside = join(site.base, 'quarantine', name)
  for (const [file, bytes] of Object.entries(answers())) await writeFile(join(aside, file), bytes)
  const { out } = await runProgram('process', ['-f', site.file, '--requeue'])
  const queue = join(site.base, 'incoming')
  expect(out).toBe(`snapshot ${name} is back in the queue\n1 back in ${queue}, 0 left in quarantine\n`)
  await until('it to be delivered', async () => (await site.names('store')).includes(name))
  expect(await readdir(join(site.base, 'quarantine'))).toEqual([])
  expect(program.log.filter(({ msg }) => msg.includes('vanished'))).toEqual([])
})
