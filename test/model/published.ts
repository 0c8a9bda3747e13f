/** Where things are. */
export interface Places {
  readonly queue: string
  readonly temporary: string
  readonly removing: string
  readonly quarantine: string
  readonly store: string
  readonly sockets: string
}

/** Outputs, by the names of their marks. */
export const destinations = ['graphite', 'local-store'] as const
export type Destination = (typeof destinations)[number]

/** What the model knows of one published snapshot. */
export class Published {
  readonly name: string
  /** How many were published before it. */
  readonly order: number
  readonly answers: readonly { readonly process: number; readonly time: number }[]
  /** With on-failure = discard outputs get nothing of an incomplete one. */
  readonly isComplete: boolean
  isDamaged = false
  /** It was delivered while the receiver proved nothing, and has not arrived. */
  isUnproved = false
  /** How it left the queue. */
  fate: 'delivered' | 'quarantined' | 'dropped' | undefined
  /** When process listed it, by the judge's count. */
  seenAt = Number.POSITIVE_INFINITY
  /** Destinations that count as having it, and those that lost it because too many waited. */
  readonly countedFor = new Set<Destination>()
  readonly lostBy = new Set<Destination>()
  readonly #arrived: Readonly<Record<Destination, Uint8Array>>

  constructor(
    name: string,
    { order, answers, metrics, isComplete }: Pick<Published, 'order' | 'answers' | 'isComplete'> & { metrics: number },
  ) {
    this.name = name
    this.isComplete = isComplete
    this.order = order
    this.answers = answers
    this.#arrived = { graphite: new Uint8Array(metrics), 'local-store': new Uint8Array(metrics) }
  }

  /** Whether nothing of it has arrived. */
  isNew(destination: Destination): boolean {
    return !this.#arrived[destination].includes(1)
  }

  /** Whether all of it that must arrive has arrived. */
  has(destination: Destination): boolean {
    return !this.isComplete || !this.#arrived[destination].includes(0)
  }

  /** One metric of it has arrived; false if it had before. */
  arrive(destination: Destination, index: number): boolean {
    const arrived = this.#arrived[destination]
    const isFirst = arrived[index] === 0
    arrived[index] = 1
    return isFirst
  }
}
