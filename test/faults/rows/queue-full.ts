import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RowContext } from '../harness/row.ts'
import type { Site } from '../harness/site.ts'
import { until } from '../harness/wait.ts'
import { pullSite, settleBoth } from './kill-pull.ts'

/** How many snapshots the queue takes. */
const size = 5

/** The queue fills up again and again; pull waits for room and counts what it skips. */
export async function suspend(context: RowContext): Promise<void> {
  const { site } = await pullSite(context, { sections: { pull: { 'queue-size': size } } })
  const pull = site.start('pull')
  const skipped = (): number => site.status('pull').skipped['queue-full']
  const resumptions = () => pull.lines(/has room again: pulling again after \d+ skipped pulls/)
  for (const time of context.rounds()) {
    await pull.said('pulling is suspended', time + 1)
    const before = skipped()
    await until('two skipped pulls', () => skipped() >= before + 2)
    if (site.waiting().length !== size) context.problem(`${site.waiting().length} snapshots are in a queue of ${size}`)
    const processing = site.start('process')
    await pull.said('has room again', time + 1)
    await site.drained()
    await processing.stop()
    context.injected()
  }
  const logged = resumptions().reduce((sum, { msg }) => sum + Number(/after (\d+) skipped/.exec(msg)?.[1]), 0)
  context.note(`${logged} pulls skipped`)
  await settleBoth(site, [pull, site.start('process')])
  const counted = skipped()
  if (resumptions().length === context.done && counted !== logged) {
    context.problem(`${counted} skipped pulls in the status file, ${logged} in the log`)
  }
}

/** The queue stays full, first without process, when pull drops the oldest, then with a destination that is down, when process does. */
export async function dropOldest(context: RowContext): Promise<void> {
  const { site } = await pullSite(context, {
    sections: { pull: { 'queue-size': size, 'queue-full': 'drop-oldest' }, graphite: { interval: 0.05, delay: 0.1 } },
  })
  const pull = site.start('pull')
  await pull.said(/^snapshot \d+: /)
  // Nothing is delivered meanwhile, so what is no longer there was dropped.
  const gone = () => site.ledger.expected.size - site.waiting().length
  const untilDropped = (count: number) => {
    const what = `${count} snapshots to be dropped`
    const look = () => {
      const waiting = site.waiting().length
      if (waiting > size) context.problem(`${waiting} snapshots are in a queue of ${size}`)
      return gone() >= count
    }
    return until(what, look, 60 + 5 * count)
  }
  await untilDropped(Math.ceil(context.times / 2))
  await site.receiver.close()
  const processing = site.start('process')
  // Until process has made room for the first time, pull may still have to.
  await until('process to drop a snapshot', () => {
    const isStarted = existsSync(join(site.base, 'haproxystats-process.status.json'))
    return isStarted && site.status('process').snapshots.dropped > 0
  })
  const droppedByPull = site.status('pull').dropped
  await untilDropped(gone() + Math.ceil(context.times / 2))
  await pull.stop()
  await site.receiver.listen()
  await site.drained()
  await processing.stop()
  excuseDropped(context, site)
  checkIdentity(context, site)
  const more = site.status('pull').dropped - droppedByPull
  if (more > 0) context.problem(`pull dropped ${more} although process kept the queue below its size`)
  await site.settleWithNewProcess()
}

/** What has not arrived was dropped: as many as in both status files. It need not arrive any more. */
function excuseDropped(context: RowContext, site: Site): void {
  const dropped = [...site.ledger.expected].filter((time) => !site.ledger.has(time))
  const [byPull, byProcess] = [site.status('pull').dropped, site.status('process').snapshots.dropped]
  context.injected(dropped.length)
  context.note(`${byPull} dropped by pull, ${byProcess} by process`)
  if (dropped.length !== byPull + byProcess)
    context.problem(`${dropped.length} are missing, ${byPull + byProcess} in the status files`)
  for (const time of dropped) site.ledger.excuse(time)
}

/** Published = delivered + waiting + quarantined + dropped, by both status files. */
function checkIdentity(context: RowContext, site: Site): void {
  const pull = site.status('pull')
  const { delivered, waiting, quarantined, dropped } = site.status('process').snapshots
  const accounts = `published ${pull.published}, delivered ${delivered}, waiting ${waiting}, quarantined ${quarantined}, dropped ${dropped} and ${pull.dropped}`
  context.note(accounts)
  if (pull.published !== delivered + waiting + quarantined + dropped + pull.dropped)
    context.problem(`it does not add up: ${accounts}`)
}

/** A destination stays down until its backlog has been full for long: the other misses nothing, and pull never waits. */
export async function oneFull(context: RowContext): Promise<void> {
  const store = join(context.directory, 'store')
  const { site } = await pullSite(context, {
    sections: {
      pull: { 'queue-size': size },
      graphite: { interval: 0.05, delay: 0.1 },
      'local-store': { dir: store },
    },
  })
  await site.receiver.close()
  const processing = site.start('process')
  await processing.said('watching')
  const pull = site.start('pull')
  const stored = () => (existsSync(store) ? readdirSync(store) : [])
  const look = () => {
    const waiting = site.waiting().length
    if (waiting > size) context.problem(`${waiting} snapshots are in a queue of ${size}`)
    return stored().length >= size + context.times
  }
  await until('the other destination to have them', look, 60 + 5 * context.times)
  await pull.stop()
  const published: number = site.status('pull').published
  await site.receiver.listen()
  await site.drained()
  await processing.stop()
  const { vanished } = site.status('process').snapshots
  if (vanished > 0) context.problem(`${vanished} vanished while process kept the queue below its size`)
  if (pull.lines('pulling is suspended').length > 0) context.problem('pulling was suspended')
  if (stored().length !== published) context.problem(`${stored().length} of ${published} are in local-store`)
  excuseDropped(context, site)
  checkIdentity(context, site)
  const full = processing.lines(/backlog is full|backlog has room/).filter(({ level }) => level > 20)
  if (full.length !== 2)
    context.problem(`logged ${full.length} times, expected once at the beginning and once at the end`)
  await site.settleWithNewProcess()
}
