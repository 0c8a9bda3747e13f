import { Relay } from '../harness/relay.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { pause, until } from '../harness/wait.ts'
import { publishUntil } from './kill-process.ts'

/** So large that a stop hits a transfer: about 5,000 datapoints a snapshot. */
const size = { processes: 1, frontends: 20, backends: 80, servers: 19 }

/** Of so many stops one hits bytes in the relay's socket buffers and one lines in its memory; the others come at random. */
const round = 4

interface Restart {
  readonly signal: 'SIGTERM' | 'SIGKILL'
  /** Seconds of what was committed that are sent again after the relay's death. */
  readonly replay?: number | undefined
}

/** A real relay that is stopped and started again, and what it held when it was killed. */
class Restarts {
  readonly site: Site
  readonly relay: Relay
  readonly #signal: Restart['signal']
  /** Of each kill: snapshots that had left the queue and were not in the relay's file. */
  readonly #held: number[][] = []

  constructor(site: Site, relay: Relay, signal: Restart['signal']) {
    this.site = site
    this.relay = relay
    this.#signal = signal
  }

  /** Stops it at a random instant while there is always something to send. */
  async underLoad(milliseconds: number): Promise<void> {
    const stop = new AbortController()
    const publishing = publishUntil(this.site, stop.signal, 60)
    await pause(milliseconds)
    await this.relay.stop(this.#signal)
    stop.abort()
    await publishing
  }

  /**
   * Stops it as a service manager stops a program that hangs: a signal to end, which it does not heed, then SIGKILL. It has
   * nothing in its memory then, and a snapshot in its socket buffers, which dies with it.
   */
  async withFullBuffers(): Promise<void> {
    const { site, relay } = this
    await site.drained()
    await this.arrivals()
    await relay.freeze()
    const snapshot = String(site.publish())
    await until('bytes that the relay has not read', () => relay.unread() > 0)
    // A build that takes this for delivered has some time to do so.
    await until('it to leave the queue', () => !site.waiting().includes(snapshot), 1.5).catch(() => undefined)
    if (this.#signal === 'SIGTERM') relay.signal('SIGTERM')
    await relay.stop('SIGKILL')
  }

  /** Stops it as soon as a snapshot counts as delivered: carbon-c-relay writes what it has taken up to 0.3 s later. */
  async afterCommit(): Promise<void> {
    const { site, relay } = this
    await site.drained()
    const snapshot = String(site.publish())
    await until('a commit', () => !site.waiting().includes(snapshot))
    await relay.stop(this.#signal)
  }

  /** Reads what has arrived until all has, or nothing has come for a while; returns how many datapoints are missing. */
  async arrivals(): Promise<number> {
    const look = () => {
      this.relay.read(this.site.ledger)
      return this.site.ledger.lost().datapoints
    }
    let left = look()
    for (let quiet = 0; left > 0 && quiet < 15; quiet++) {
      await pause(200)
      const now = look()
      if (now < left) quiet = 0
      left = now
    }
    return left
  }

  /** After a kill: snapshots that left the queue and are not in the relay's file were in its memory. */
  note(): void {
    const { ledger } = this.site
    const waiting = new Set(this.site.waiting())
    this.relay.read(ledger)
    const before = new Set(this.#held.flat())
    const gone = [...ledger.expected].filter((time) => !waiting.has(String(time)) && !before.has(time))
    this.#held.push(gone.filter((time) => !ledger.has(time)))
  }

  /** Reports the losses at the kills, and any other loss as a problem. */
  report(context: RowContext): void {
    const { ledger } = this.site
    const counts = this.#held.map((times) => times.reduce((sum, time) => sum + ledger.missing(time), 0))
    const known = new Set(this.#held.flat())
    const others = ledger.lost().snapshots.filter((time) => !known.has(time))
    const sum = counts.reduce((total, count) => total + count, 0)
    const hits = counts.filter((count) => count > 0).length
    context.note(`${sum} lost at ${hits} of ${counts.length} kills, at most ${Math.max(...counts)} at one`)
    if (others.length > 0) context.problem(`lost although the relay was not killed with them: ${others.slice(0, 5)}`)
  }
}

/** Restarts a real relay, again and again. */
export async function restart(context: RowContext, { signal, replay }: Restart): Promise<void> {
  const relay = await Relay.prepare(context.directory)
  const graphite = { interval: 0.05, delay: 0.1, ...(replay !== undefined && { replay }) }
  const site = await Site.make(context, { size, port: relay.port, sections: { graphite } })
  await relay.start()
  const program = site.start('process')
  const restarts = new Restarts(site, relay, signal)
  // The first delivery shows that the relay closes its side.
  site.publish()
  for (const time of context.rounds()) {
    if (time % round === 0) await restarts.withFullBuffers()
    else if (time % round === 1) await restarts.afterCommit()
    else await restarts.underLoad(context.random.whole(150, 900))
    restarts.note()
    context.injected()
    await pause(context.random.whole(20, 200))
    await relay.start()
  }
  const begin = performance.now()
  await site.drained()
  const probe = site.publish()
  await restarts.arrivals()
  if (site.ledger.has(probe)) context.recovered((performance.now() - begin) / 1000)
  else context.problem('a fresh snapshot did not arrive')
  context.note(`${program.lines('delivers again').length} reconnects after a failure`)
  if (signal === 'SIGKILL' && replay === undefined) restarts.report(context)
  site.finish()
  await program.stop()
  await relay.stop('SIGKILL')
}
