import type { Batch, Encoding } from '../types/output.ts'
import type { Encoded, Work, WorkResult } from '../types/work.ts'

/** A snapshot's batch for one encoding, or why there is none. */
export type Outcome = { readonly batch: Batch } | { readonly failure: Exclude<WorkResult, Encoded> }

interface Entry {
  readonly outcome: Promise<Outcome>
  readonly users: Set<object>
  /** Whether all users so far said that nobody looks at its bytes any more. */
  spare: boolean
}

/** As much as one snapshot on its way to a destination and one in a worker can use; more would only lie about. */
const mostSpares = 2

interface Wanted {
  readonly encoding: Encoding
  readonly resolve: (outcome: Outcome) => void
}

/**
 * Encoded snapshots that lanes hold in memory. Lanes that want the same snapshot in the same encoding share one batch, and
 * what is wanted of a snapshot at the same time is made by one worker in one go.
 */
export class BatchCache {
  readonly #run: (work: Work) => Promise<WorkResult>
  readonly #pathOf: (snapshot: string) => string
  readonly #onResult: (snapshot: string, result: WorkResult) => void
  readonly #entries = new Map<string, Entry>()
  readonly #wanted = new Map<string, Wanted[]>()
  readonly #spares: SharedArrayBuffer[] = []

  constructor(
    run: (work: Work) => Promise<WorkResult>,
    pathOf: (snapshot: string) => string,
    onResult: (snapshot: string, result: WorkResult) => void,
  ) {
    this.#run = run
    this.#pathOf = pathOf
    this.#onResult = onResult
  }

  /** The batch of a snapshot for one user, who releases it when done. `key` identifies the encoding. */
  request(snapshot: string, key: string, encoding: Encoding, user: object): Promise<Outcome> {
    const id = `${snapshot} ${key}`
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      const outcome = new Promise<Outcome>((resolve) => this.#want(snapshot, { encoding, resolve }))
      entry = { outcome, users: new Set(), spare: true }
      this.#entries.set(id, entry)
    }
    entry.users.add(user)
    return entry.outcome
  }

  /** Whether a user has asked for a snapshot and not released it. */
  has(snapshot: string, key: string, user: object): boolean {
    return this.#entries.get(`${snapshot} ${key}`)?.users.has(user) ?? false
  }

  /** `spare`: the user has no use for the bytes any more, nor has anybody he gave them to. */
  release(snapshot: string, key: string, user: object, spare = false): void {
    const id = `${snapshot} ${key}`
    const entry = this.#entries.get(id)
    if (!entry?.users.delete(user)) return
    entry.spare &&= spare
    if (entry.users.size > 0) return
    this.#entries.delete(id)
    if (entry.spare) void entry.outcome.then((outcome) => 'batch' in outcome && this.#reuse(outcome.batch))
  }

  #reuse({ bytes }: Batch): void {
    const { buffer } = bytes
    if (buffer instanceof SharedArrayBuffer && this.#spares.length < mostSpares) this.#spares.push(buffer)
  }

  #want(snapshot: string, wanted: Wanted): void {
    const others = this.#wanted.get(snapshot)
    if (others !== undefined) {
      others.push(wanted)
      return
    }
    this.#wanted.set(snapshot, [wanted])
    setImmediate(() => void this.#make(snapshot))
  }

  async #make(snapshot: string): Promise<void> {
    const wanted = this.#wanted.get(snapshot) ?? []
    this.#wanted.delete(snapshot)
    const encodings = wanted.map(({ encoding }) => encoding)
    const spares = this.#spares.splice(0, encodings.length)
    const result = await this.#run({ path: this.#pathOf(snapshot), snapshot, encodings, spares })
    this.#onResult(snapshot, result)
    const missing = result.outcome === 'encoded' && result.incomplete !== undefined
    const reason = missing ? { incomplete: result.incomplete } : {}
    wanted.forEach(({ resolve }, index) => {
      if (result.outcome !== 'encoded') resolve({ failure: result })
      else resolve({ batch: { snapshot, ...reason, ...(result.batches[index] as Encoded['batches'][number]) } })
    })
  }
}
