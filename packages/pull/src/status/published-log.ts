import { counted, type Logger, Routine } from '@haproxystats/core'

/** A snapshot that is in the queue. */
interface PublishedSnapshot {
  readonly slot: number
  /** How many processes answered, and how many sources failed. */
  readonly answered: number
  readonly failed: number
  readonly bytes: number
  readonly seconds: number
  /** How many snapshots are in the queue now. */
  readonly queue: number
}

/** Logs published snapshots: each at debug, and a summary once a minute at info. */
export class PublishedLog {
  readonly #log: Logger
  readonly #routine = new Routine()
  #incomplete = 0

  constructor(log: Logger) {
    this.#log = log
  }

  add({ slot, answered, failed, bytes, seconds, queue }: PublishedSnapshot): void {
    const processes = counted(answered, 'process', 'processes')
    const [is, without] = failed > 0 ? [' is incomplete', `, without ${failed} that did not answer`] : ['', '']
    this.#log.debug(
      { snapshot: slot, sources: answered, failed, bytes, seconds, queue },
      `snapshot ${slot}${is}: ${processes} read${without}, ${bytes} bytes in ${seconds} s, ${queue} in the queue`,
    )
    if (failed > 0) this.#incomplete++
    const summary = this.#routine.add(bytes, seconds)
    if (summary === undefined) return
    const { times, amount, slowest, span } = summary
    const incomplete = this.#incomplete > 0 ? `, ${this.#incomplete} of them incomplete` : ''
    this.#log.info(
      { snapshots: times, incomplete: this.#incomplete, sources: answered, bytes: amount, slowest, queue },
      `${counted(times, 'snapshot')} published${span}${incomplete}: ${processes} read, ${amount} bytes, slowest ${slowest} s, ${queue} in the queue`,
    )
    this.#incomplete = 0
  }
}
