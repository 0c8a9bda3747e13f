import { cpuOf, now, peakOf } from '../harness/cost.ts'
import { Helper } from '../harness/helper.ts'
import type { Received } from '../harness/sink.ts'
import type { Cost } from '../report/costs.ts'

/** A snapshot for a yardstick: its files, the sink, and how many bytes the programs make of it. */
export interface YardstickRequest {
  readonly files: readonly string[]
  readonly port: number
  readonly bytes: number
  readonly time: number
}

/** What a yardstick says when the sink has everything. */
export interface YardstickReply {
  readonly datapoints: number
}

/** One of the two yardsticks, in a process of its own. */
export class Yardstick {
  readonly #helper: Helper<YardstickRequest, YardstickReply>
  readonly #sink: Helper<never, Received>

  private constructor(helper: Helper<YardstickRequest, YardstickReply>, sink: Helper<never, Received>) {
    this.#helper = helper
    this.#sink = sink
  }

  static async start(name: 'floor' | 'plain', packages: string, sink: Helper<never, Received>): Promise<Yardstick> {
    const [helper] = await Helper.start<YardstickRequest, YardstickReply>(`yardsticks/${name}`, packages)
    return new Yardstick(helper, sink)
  }

  get peak(): number {
    return peakOf(this.#helper.pid)
  }

  /** One snapshot: seconds from being told of it to the last byte at the sink. */
  async run(request: YardstickRequest): Promise<Cost & { datapoints: number }> {
    this.#sink.clear()
    const before = cpuOf(this.#helper.pid)
    const begin = now()
    const [received, { datapoints }] = await Promise.all([this.#sink.next(), this.#helper.ask(request)])
    return { wall: (received.last - begin) / 1000, cpu: cpuOf(this.#helper.pid) - before, datapoints }
  }

  stop(): Promise<void> {
    return this.#helper.stop()
  }
}
