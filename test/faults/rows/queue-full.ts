import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row, RowContext } from '../harness/row.ts'
import type { Site } from '../harness/site.ts'
import { until } from '../harness/wait.ts'
import { pullSite, settleBoth } from './kill-pull.ts'

/** How many snapshots the queue takes. */
const size = 5

/** What a program tells of itself in its status file. */
function statusOf(site: Site, program: 'pull' | 'process') {
  return JSON.parse(readFileSync(join(site.base, `haproxystats-${program}.status.json`), 'utf8'))
}

/** The queue fills up again and again; pull waits for room and counts what it skips. */
async function suspend(context: RowContext): Promise<void> {
  const { site } = await pullSite(context, { sections: { pull: { 'queue-size': size } } })
  const pull = site.start('pull')
  const skipped = (): number => statusOf(site, 'pull').skipped['queue-full']
  const resumptions = () => pull.lines(/there is room in the queue .* after \d+ skipped pulls/)
  for (const time of context.rounds()) {
    await pull.said('pulling is suspended', time + 1)
    const before = skipped()
    await until('two skipped pulls', () => skipped() >= before + 2)
    if (site.waiting().length !== size) context.problem(`${site.waiting().length} snapshots are in a queue of ${size}`)
    const processing = site.start('process')
    await pull.said('there is room in the queue', time + 1)
    await site.drained()
    await processing.stop()
    context.injected()
  }
  const told = resumptions().reduce((sum, { msg }) => sum + Number(/after (\d+) skipped/.exec(msg)?.[1]), 0)
  context.note(`${told} pulls skipped`)
  await settleBoth(site, [pull, site.start('process')])
  const counted = skipped()
  if (resumptions().length === context.done && counted !== told) {
    context.problem(`${counted} skipped pulls in the status file, ${told} in the log`)
  }
}

/** The queue stays full, first without process, when pull drops the oldest, then with a destination that is down, when process does. */
async function dropOldest(context: RowContext): Promise<void> {
  const { site } = await pullSite(context, {
    sections: { pull: { 'queue-size': size, 'queue-full': 'drop-oldest' }, graphite: { interval: 0.05, delay: 0.1 } },
  })
  const pull = site.start('pull')
  await pull.said(/^snapshot \d+: /)
  // Nothing is delivered meanwhile, so what is no longer there was dropped.
  const gone = () => site.ledger.owed.size - site.waiting().length
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
  await processing.said('watching')
  await untilDropped(gone() + Math.ceil(context.times / 2))
  await pull.stop()
  await site.receiver.listen()
  await site.drained()
  await processing.stop()
  forgiveDropped(context, site)
  checkIdentity(context, site)
  const last = site.start('process')
  await site.settle()
  await last.stop()
}

/** What has not arrived was dropped: as many as both programs tell. Nobody owes it any more. */
function forgiveDropped(context: RowContext, site: Site): void {
  const dropped = [...site.ledger.owed].filter((time) => !site.ledger.has(time))
  const [byPull, byProcess] = [statusOf(site, 'pull').dropped, statusOf(site, 'process').snapshots.dropped]
  context.injected(dropped.length)
  context.note(`${byPull} dropped by pull, ${byProcess} by process`)
  if (dropped.length !== byPull + byProcess)
    context.problem(`${dropped.length} are lacking, ${byPull + byProcess} told`)
  for (const time of dropped) site.ledger.forgive(time)
}

/**
 * Published = delivered + waiting + quarantined + dropped, by what both programs tell. While process runs pull has no need to
 * drop anything; it may once, when the queue is full and process has just begun.
 */
function checkIdentity(context: RowContext, site: Site): void {
  const pull = statusOf(site, 'pull')
  const { delivered, waiting, quarantined, vanished, dropped } = statusOf(site, 'process').snapshots
  const told = `published ${pull.published}, delivered ${delivered}, waiting ${waiting}, quarantined ${quarantined}, dropped ${dropped} and ${pull.dropped}`
  context.note(told)
  if (pull.published !== delivered + waiting + quarantined + dropped + pull.dropped)
    context.problem(`it does not add up: ${told}`)
  if (vanished > 1) context.problem(`${vanished} vanished while process kept the queue below its size`)
}

/** A destination stays down until its backlog has been full for long: the other misses nothing, and pull never waits. */
async function oneFull(context: RowContext): Promise<void> {
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
  const published: number = statusOf(site, 'pull').published
  await site.receiver.listen()
  await site.drained()
  await processing.stop()
  if (pull.lines('pulling is suspended').length > 0) context.problem('pulling was suspended')
  if (stored().length !== published) context.problem(`${stored().length} of ${published} are in local-store`)
  forgiveDropped(context, site)
  checkIdentity(context, site)
  const full = processing.lines(/backlog is full|backlog has room/).filter(({ level }) => level > 20)
  if (full.length !== 2) context.problem(`it was told ${full.length} times, not when it began and when it was over`)
  const last = site.start('process')
  await site.settle()
  await last.stop()
}

export const queueFullRows: readonly Row[] = [
  {
    name: 'queue-full-suspend',
    fault: 'the queue full, process stopped: pull waits for room and counts what it skips',
    bounded: 1,
    long: 30,
    run: suspend,
  },
  {
    name: 'queue-full-drop-oldest',
    fault: 'the queue full, process stopped or its destination down: pull or process drops the oldest',
    bounded: 6,
    long: 300,
    run: dropOldest,
  },
  {
    name: 'backlog-full',
    fault: 'a destination down until its backlog has been full for long: the other misses nothing, pull never waits',
    bounded: 6,
    long: 300,
    run: oneFull,
  },
]
