import { readFileSync } from 'node:fs'
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

/** The queue stays full, first without process, then with a destination that is down; pull drops the oldest. */
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
  forgiveDropped(context, site)
  await site.receiver.listen()
  await site.drained()
  await processing.stop()
  checkIdentity(context, site)
  const last = site.start('process')
  await site.settle()
  await last.stop()
}

/** What is no longer in the queue was dropped: as many as told, and the oldest. Nobody owes it any more. */
function forgiveDropped(context: RowContext, site: Site): void {
  const waiting = site.waiting().map(Number)
  const dropped = [...site.ledger.owed].filter((time) => !waiting.includes(time))
  const told: number = statusOf(site, 'pull').dropped
  context.injected(dropped.length)
  context.note(`${dropped.length} dropped`)
  if (dropped.length !== told) context.problem(`${dropped.length} are gone, ${told} were told to be dropped`)
  if (Math.max(...dropped) > Math.min(...waiting)) context.problem('something else than the oldest was dropped')
  for (const time of dropped) site.ledger.forgive(time)
}

/** Published = delivered + waiting + quarantined + dropped, by what both programs tell. */
function checkIdentity(context: RowContext, site: Site): void {
  const { published, dropped } = statusOf(site, 'pull')
  const { delivered, waiting, quarantined, vanished } = statusOf(site, 'process').snapshots
  const told = `published ${published}, delivered ${delivered}, waiting ${waiting}, quarantined ${quarantined}, dropped ${dropped}`
  context.note(`${told}; process saw ${vanished} of these vanish`)
  if (published !== delivered + waiting + quarantined + dropped) context.problem(`it does not add up: ${told}`)
  if (vanished === 0 || vanished > dropped) context.problem(`${vanished} vanished, ${dropped} were dropped`)
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
    fault: 'the queue full, process stopped or its destination down: pull drops the oldest',
    bounded: 6,
    long: 300,
    run: dropOldest,
  },
]
