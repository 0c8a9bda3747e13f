import type { Program } from '../harness/program.ts'
import type { Random } from '../harness/random.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { instants, killing } from '../harness/strace.ts'
import { pause, until } from '../harness/wait.ts'

/** How many snapshots may wait before the publisher pauses. */
const mostWaiting = 30

/** Publishes until `stop`, so that there is always something to do. */
export async function publishUntil(site: Site, stop: AbortSignal, milliseconds = 20): Promise<void> {
  while (!stop.aborted) {
    if (site.waiting().length < mostWaiting) site.publish()
    await pause(milliseconds)
  }
}

/** Starts process and waits until a random instant: of its start, before its first delivery, or within its deliveries. */
async function runFor(site: Site, random: Random): Promise<Program> {
  const program = site.start('process')
  const kind = random.next()
  if (kind < 0.2) {
    await pause(random.whole(0, 400))
    return program
  }
  await program.said('watching')
  const before = site.receiver.used
  if (kind < 0.4) await pause(random.whole(0, 300))
  else await until('a delivery', () => site.receiver.used > before)
  await pause(random.whole(0, 40))
  return program
}

/** One stop of so many comes when the receiver has a whole batch and has not closed its side; the others at random. */
const certainEvery = 4

/** Starts process and waits until the receiver has a whole batch and keeps its side open. */
async function runUntilHeld(site: Site): Promise<Program> {
  const { held } = site.receiver
  site.receiver.behave({ hold: true })
  const program = site.start('process')
  await until('a delivery that only lacks its end', () => site.receiver.held > held)
  return program
}

/** Stops process again and again; then all must arrive. */
export async function stopProcess(context: RowContext, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const site = await Site.make(context)
  const stop = new AbortController()
  const publishing = publishUntil(site, stop.signal)
  let delivering = 0
  for (const time of context.rounds()) {
    const before = site.receiver.used
    site.receiver.behave({ closeDelay: 30 })
    const isCertain = time % certainEvery === 0
    const program = isCertain ? await runUntilHeld(site) : await runFor(site, context.random)
    program.kill(signal)
    // After SIGTERM it waits for the receiver's closing, as long as that may take.
    if (signal === 'SIGKILL') await program.ended()
    site.receiver.release()
    const end = await program.ended()
    if (end === signal || end === 0) context.injected()
    // Before it listens for it, SIGTERM ends any program.
    if (end !== 0 && (end !== signal || (isCertain && signal === 'SIGTERM'))) {
      context.problem(`process ended with ${end} after ${signal}`)
    }
    if (site.receiver.used > before) delivering++
  }
  stop.abort()
  await publishing
  site.receiver.behave({})
  await site.settleWithNewProcess()
  context.note(`${delivering} of ${context.done} came while datapoints were on their way`)
}

/** What process calls in one cycle without calling it at its start, and how often at most for two snapshots. */
const cycleCalls = { rename: 2, mkdir: 1, connect: 2, shutdown: 2, unlink: 8, rmdir: 2 }
/** What it calls at its start too. */
const busyCalls = { openat: 100, getdents64: 6, read: 100, write: 40, writev: 8, close: 100, socket: 4 }

/** Kills process as it enters the n-th system call of a kind. */
export async function killProcessAtCalls(context: RowContext): Promise<void> {
  const site = await Site.make(context)
  site.receiver.behave({ closeDelay: 5 })
  for (const [call, when] of instants(context.random, context.rounds(), cycleCalls, busyCalls)) {
    site.publish()
    site.publish()
    const program = site.start('process', {
      before: killing(call, when),
      env: { UV_THREADPOOL_SIZE: '1' },
    })
    await until('the kill, or the end of the cycle', () => !program.alive || site.waiting().length === 0)
    for (let wait = 0; wait < 10 && program.alive; wait++) await pause(20)
    if (!program.alive) context.injected()
    else await program.stop('SIGKILL')
  }
  checkHits(context)
  await site.settleWithNewProcess()
}

/** Of the calls of a cycle all are made; of the random ones some are not. */
export function checkHits(context: RowContext): void {
  const { injected } = context.findings
  if (injected < context.done / 2) context.problem(`vacuous: only ${injected} of ${context.done} kills hit`)
}
