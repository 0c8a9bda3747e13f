import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { tracing } from '../harness/strace.ts'
import { pause, until } from '../harness/wait.ts'

/** An hour of the default retry settings in 36 seconds; in the bounded run only a part of it. */
const scale = 100
export const graphite = { interval: 1.8 / scale, delay: 10 / scale, backoff: 2, retries: 3 }
const mostConnectsInAnHour = 200
/** How much more memory 10 times as many waiting snapshots may take, in MB. */
const mostGrowth = 25

/** A destination that is down while `times` snapshots pile up; then it comes back. */
export async function pileUp(context: RowContext): Promise<void> {
  const site = await Site.make(context, { sections: { graphite } })
  const program = site.start('process')
  for (let count = 0; count < 20; count++) site.publish()
  await site.drained()
  await site.receiver.close()
  context.injected()
  const memory: number[] = []
  const begin = performance.now()
  let attempts = 0
  const seen = new Set<unknown>()
  const countAttempts = () => {
    for (const line of program.lines(/retry failed|delivery failed/)) {
      if (seen.has(line)) continue
      seen.add(line)
      attempts++
    }
  }
  for (const share of [0.1, 1]) {
    while (site.waiting().length < context.times * share) {
      for (let count = 0; count < 50; count++) site.publish()
      countAttempts()
      await pause(1)
    }
    await pause(2200)
    memory.push(program.memory())
  }
  await pause(Math.max(0, 7000 - (performance.now() - begin)))
  countAttempts()
  const hours = ((performance.now() - begin) / 1000 / 3600) * scale
  // The quick first repetitions come once, not every hour.
  const anHour = Math.max(0, attempts - 4) / hours
  const [few = 0, many = 0] = memory
  context.note(`${anHour.toFixed(0)} connects an hour; ${few.toFixed(0)} MB, then ${many.toFixed(0)} MB`)
  if (attempts === 0) context.problem('vacuous: no attempt failed')
  if (anHour > mostConnectsInAnHour) context.problem(`${anHour.toFixed(0)} connects an hour`)
  if (many - few > mostGrowth) context.problem(`memory grew from ${few.toFixed(0)} to ${many.toFixed(0)} MB`)
  await site.receiver.listen()
  await site.settle(60 + context.times / 20)
  if (site.ledger.disordered > 0) context.problem(`${site.ledger.disordered} snapshots came after younger ones`)
  await program.stop()
}

/** Datapoints a second while a backlog drains. */
const maxRate = 1000
/** How much faster than max-rate it may be: the first batch does not wait. */
const tooFast = 1.5

/** A backlog drains no faster than `max-rate` says, and all of it arrives. */
export async function drainSlowly(context: RowContext): Promise<void> {
  const site = await Site.make(context, { sections: { graphite: { 'max-rate': maxRate } } })
  for (let count = 0; count < context.times; count++) site.publish()
  const program = site.start('process')
  await until('the first datapoints', () => site.receiver.used > 0)
  const begin = performance.now()
  await site.drained(60 + (4 * site.ledger.expectedDatapoints) / maxRate)
  const seconds = (performance.now() - begin) / 1000
  const delivered = program
    .lines(/^snapshot .* delivered in/)
    .reduce((sum, line) => sum + Number(line['datapoints']), 0)
  context.injected(program.lines(/^snapshot .* delivered in/).length)
  const rate = delivered / seconds
  context.note(`${delivered} datapoints in ${seconds.toFixed(1)} s, ${rate.toFixed(0)}/s at max-rate ${maxRate}`)
  if (rate > tooFast * maxRate) context.problem(`${rate.toFixed(0)} datapoints a second at max-rate ${maxRate}`)
  await site.settle()
  await program.stop()
}

/** Very many directories at once; without a watch if there is none to be had. */
export async function manyAtOnce(context: RowContext, watches: boolean): Promise<void> {
  const site = await Site.make(context, { size: { processes: 1, frontends: 1, backends: 0, servers: 0 } })
  const before = tracing('/dev/null', ['inotify_add_watch'], ['inotify_add_watch:error=ENOSPC'])
  const program = site.start('process', watches ? {} : { before })
  await program.said('watching')
  const aside = join(site.base, 'aside')
  mkdirSync(aside)
  const count = watches ? context.times : 5 * context.times
  const times = Array.from({ length: count }, () => site.nextTime())
  for (const time of times) prepare(site, aside, time)
  for (const time of times) {
    renameSync(join(aside, String(time)), join(site.queue, String(time)))
    site.ledger.expect(time)
  }
  context.injected(watches ? count : 1)
  const begin = performance.now()
  const found = () => {
    const last = program.lines(/^snapshot .* delivered in/).at(-1)
    return last !== undefined && Number(last['queue']) + (count - site.waiting().length) >= count * 0.999
  }
  await context.waitFor('all snapshots to be found', () => found() || site.waiting().length === 0, 10)
  context.note(`found within ${((performance.now() - begin) / 1000).toFixed(1)} s`)
  if (!watches && program.lines('cannot watch').length !== 1)
    context.problem('it did not say once that it cannot watch')
  await site.settle(60 + count / 100)
  await program.stop('SIGKILL')
}

function prepare(site: Site, aside: string, time: number): void {
  const directory = join(aside, String(time))
  mkdirSync(directory)
  for (const [name, text] of site.files(time)) writeFileSync(join(directory, name), text)
}

/** Two consumers at once: one refuses, and the queue is served as if it had never been there. */
export async function twoConsumers(context: RowContext): Promise<void> {
  const site = await Site.make(context)
  for (const _time of context.rounds()) {
    site.publish()
    const programs = [site.start('process'), site.start('process')]
    await until('one to refuse', () => programs.some(({ alive }) => !alive))
    const [refused, ...rest] = programs.filter(({ alive }) => !alive)
    const code = await refused?.ended()
    if (rest.length > 0) context.problem('both refused')
    else if (code !== 1 || !refused?.log.at(-1)?.msg.includes('another haproxystats-process')) {
      context.problem(`the second ended with ${code}: ${refused?.log.at(-1)?.msg}`)
    } else context.injected()
    const served = programs.find(({ alive }) => alive)
    await site.drained()
    await served?.stop()
  }
  await site.settleWithNewProcess()
  if (context.findings.duplicates > 0) context.problem('something was delivered twice')
}
