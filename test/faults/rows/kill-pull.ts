import { join } from 'node:path'
import { queueEntriesSync } from '../../support/queue.ts'
import { FakeHaproxy } from '../harness/fake-haproxy.ts'
import type { RowContext } from '../harness/row.ts'
import { Site, type SiteOptions } from '../harness/site.ts'
import { instants, killing } from '../harness/strace.ts'
import { pause, until } from '../harness/wait.ts'
import { checkHits } from './kill-process.ts'

/** A site whose pull reads made-up HAProxy processes. */
export async function pullSite(
  context: RowContext,
  options: SiteOptions = {},
): Promise<{ site: Site; fakes: FakeHaproxy[] }> {
  const site = await Site.make(context, options)
  const sockets = join(context.directory, 'sockets')
  const fakes = await FakeHaproxy.listenAll(sockets, site.shape)
  const { pull, ...others } = options.sections ?? {}
  site.configure({ ...others, pull: { 'socket-dir': sockets, ...pull } })
  site.watchQueue()
  return { site, fakes }
}

/** The end of a row with both programs: a fresh snapshot of pull arrives, nothing is left, everything is there. */
export async function settleBoth(site: Site, programs: { stop(): Promise<unknown> }[]): Promise<void> {
  await site.probePull()
  await programs[0]?.stop()
  await site.drained()
  await pause(50)
  site.finish()
  await programs[1]?.stop()
}

/** Until the next second begins, in milliseconds. */
const untilSecond = () => 1000 - (Date.now() % 1000)

/** One kill of so many comes after half an answer; the others at random. */
const certainEvery = 5

/** Kills pull around the instant at which it asks, writes and publishes. */
export async function killPull(context: RowContext): Promise<void> {
  const { site, fakes } = await pullSite(context)
  const [fake] = fakes as [FakeHaproxy]
  const processing = site.start('process')
  let within = 0
  for (const time of context.rounds()) {
    const program = site.start('pull')
    await program.said('starting')
    if (time % certainEvery === 0) {
      const { asked } = fake
      fake.manner = { stallAt: 700 }
      await until('half an answer', () => fake.asked > asked)
      // Less than the timeout of an answer.
      await pause(50)
    } else {
      // Writing and syncing take some 10 ms from the beginning of a second on.
      await pause(untilSecond() + context.random.whole(-5, 40))
    }
    if ((await program.stop('SIGKILL')) === 'SIGKILL') context.injected()
    fake.manner = {}
    if (queueEntriesSync(site.temporary).length > 0) within++
  }
  context.note(`${within} of ${context.done} left an unfinished snapshot behind`)
  if (within === 0) context.problem('vacuous: no kill came within a pull')
  await settleBoth(site, [site.start('pull'), processing])
}

/** What pull calls in one cycle without calling it at its start, and how often at most. */
const cycleCalls = { rename: 1, mkdir: 1, connect: 2, fsync: 7, rmdir: 1 }
/** What it calls at its start too. */
const busyCalls = { openat: 100, getdents64: 6, write: 40, read: 100, close: 100, socket: 4 }

export async function killPullAtCalls(context: RowContext): Promise<void> {
  const { site } = await pullSite(context)
  const processing = site.start('process')
  for (const [call, when] of instants(context.random, context.rounds(), cycleCalls, busyCalls)) {
    const program = site.start('pull', { before: killing(call, when), env: { UV_THREADPOOL_SIZE: '1' } })
    await until('the kill, or two pulls', () => !program.alive || program.lines(/^snapshot \d+: /).length >= 2)
    if (!program.alive) context.injected()
    else await program.stop('SIGKILL')
  }
  checkHits(context)
  await settleBoth(site, [site.start('pull'), processing])
}
