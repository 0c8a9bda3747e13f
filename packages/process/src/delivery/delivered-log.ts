import { counted, type Logger, Routine } from '@haproxystats/core'

/** A snapshot that all outputs are done with. */
export interface Delivered {
  readonly snapshot: number
  readonly processes: number
  readonly datapoints: number
  readonly seconds: number
  /** How many snapshots wait now. */
  readonly queue: number
  /** What became of it at the outputs that do not have it: `dropped for graphite`. */
  readonly lacking?: readonly string[]
}

/** Logs delivered snapshots: each at debug, and a summary once a minute at info. */
export class DeliveredLog {
  readonly #log: Logger
  readonly #routine = new Routine()

  constructor(log: Logger) {
    this.#log = log
  }

  add({ lacking = [], ...delivered }: Delivered): void {
    const { snapshot, processes, datapoints, seconds, queue } = delivered
    if (datapoints === 0 && lacking.length > 0) {
      this.#log.debug(delivered, `snapshot ${snapshot}: ${lacking.join(', ')}`)
      return
    }
    const text = [`${amount(datapoints, processes)} delivered in ${seconds} s`, ...lacking].join(', ')
    this.#log.debug(delivered, `snapshot ${snapshot}: ${text}`)
    const summary = this.#routine.add(datapoints, seconds)
    if (summary === undefined) return
    const { times, amount: sum, slowest, span } = summary
    this.#log.info(
      { snapshots: times, processes, datapoints: sum, slowest, queue },
      `${counted(times, 'snapshot')} delivered${span}: ${amount(sum, processes)}, slowest ${slowest} s, ${queue} waiting`,
    )
  }
}

/** Without datapoints only [http] had it. */
function amount(datapoints: number, processes: number): string {
  const of = counted(processes, 'process', 'processes')
  return datapoints === 0 ? of : `${counted(datapoints, 'datapoint')} of ${of}`
}
