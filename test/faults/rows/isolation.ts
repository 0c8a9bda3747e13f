import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Ledger } from '../harness/ledger.ts'
import { Receiver } from '../harness/receiver.ts'
import type { RowContext } from '../harness/row.ts'
import { probeSeconds, Site } from '../harness/site.ts'
import { pause, until } from '../harness/wait.ts'
import { graphite } from './backlog.ts'

/** Seconds between snapshots, and how many of these intervals the destinations that are alive may be behind. */
const interval = 2
const mostIntervals = 2

/** Publishes to all destinations, and measures how far those are behind that are alive. */
class Others {
  readonly ledgers: readonly Ledger[]
  readonly #site: Site
  readonly #store: string
  /** Snapshots that have not arrived at all of them, and when each was published. */
  readonly #missing = new Map<number, number>()
  slowest = 0

  constructor(site: Site, ledgers: readonly Ledger[], store: string) {
    this.#site = site
    this.ledgers = ledgers
    this.#store = store
  }

  publish(): void {
    const snapshot = this.#site.publish()
    for (const ledger of this.ledgers) ledger.expect(snapshot)
    this.#missing.set(snapshot, performance.now())
  }

  /** Looks what has arrived, until all has. */
  async arrived(): Promise<void> {
    await until('the other destinations', () => this.look() === 0, probeSeconds)
  }

  /** Looks what has arrived; returns how much has not. */
  look(): number {
    for (const [snapshot, at] of this.#missing) {
      this.slowest = Math.max(this.slowest, (performance.now() - at) / 1000)
      const isStored = existsSync(join(this.#store, String(snapshot), 'stats'))
      if (isStored && this.ledgers.every((ledger) => ledger.has(snapshot))) this.#missing.delete(snapshot)
    }
    return this.#missing.size
  }
}

/** Publishes so many snapshots, one every interval; returns how far the others were behind at most, in seconds. */
async function publishSteadily(others: Others, times: number): Promise<number> {
  others.slowest = 0
  for (let time = 0; time < times; time++) {
    const next = performance.now() + interval * 1000
    others.publish()
    while (performance.now() < next) {
      others.look()
      await pause(10)
    }
  }
  await others.arrived()
  return others.slowest
}

/** How many snapshots come between restarts of process. */
const steady = 4

/**
 * One of four destinations is dead, in turns by refusing and by reading nothing. The others must not notice, and it must
 * get everything when it is back. Restarts of process among it must not lose the place of anybody.
 */
export async function oneDead(context: RowContext): Promise<void> {
  const store = join(context.directory, 'store')
  const site = await Site.make(context)
  const receivers = [1, 2].map(() => new Receiver(new Ledger(site.shape)))
  for (const receiver of receivers) await receiver.listen()
  const [second, third] = receivers.map(({ port }) => ({ port }))
  const sections = { graphite, 'graphite:second': { ...second }, 'graphite:third': { ...third } }
  site.configure({ ...sections, 'local-store': { dir: store } })
  const others = new Others(
    site,
    receivers.map(({ ledger }) => ledger as Ledger),
    store,
  )
  site.receiver.behave({ stopped: true })
  let slowest = 0
  let program = site.start('process')
  for (let left = context.times; left > 0; left -= steady) {
    if (left % (2 * steady) === context.times % (2 * steady)) await site.receiver.close()
    else await site.receiver.listen()
    others.publish()
    await others.arrived()
    slowest = Math.max(slowest, await publishSteadily(others, Math.min(left, steady)))
    context.injected()
    others.publish()
    await pause(context.random.whole(0, 300))
    await program.stop('SIGKILL')
    program = site.start('process')
  }
  await others.arrived()
  context.note(`the others were at most ${slowest.toFixed(1)} s behind at a snapshot every ${interval} s`)
  if (slowest > mostIntervals * interval) context.problem(`the others were ${slowest.toFixed(1)} s behind`)
  const waiting = site.waiting().length
  context.note(`${waiting} of ${site.ledger.expected.size} snapshots waited for the dead one`)
  if (waiting < site.ledger.expected.size) context.problem('vacuous: the dead destination got something')
  site.receiver.behave({})
  if (site.receiver.isListening) site.receiver.dropAll()
  else await site.receiver.listen()
  await site.settle()
  await program.stop()
  for (const ledger of others.ledgers) context.count(ledger)
}
