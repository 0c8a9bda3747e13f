import type { Batch, EncodedBatch, Encoding } from '../types/output.ts'
import type { Encoded, Work, WorkResult } from '../types/work.ts'

/** A snapshot's batch for one encoding, or why it has none. */
export type Outcome = { readonly batch: Batch } | Exclude<WorkResult, Encoded>

/** Processes one snapshot for several encodings; `spares` is memory that may be written into. */
export type Process = (work: Pick<Work, 'snapshot' | 'encodings' | 'spares'>) => Promise<WorkResult>

interface Entry {
  readonly outcome: Promise<Outcome>
  users: number
  /** Whether everyone who released it so far has no more use for its bytes. */
  isReusable: boolean
}

interface Wanted {
  readonly encoding: Encoding
  readonly resolve: (outcome: Outcome) => void
}

/** As much as one snapshot on its way to a destination and one in a worker can use. */
const mostSpares = 2

/**
 * Batches in memory, from the first `get` to the last `release`. Outputs of equal encoding share a batch, and all that is
 * asked of a snapshot at a time is made by one worker in one go.
 */
export class BatchCache {
  readonly #process: Process
  readonly #entries = new Map<string, Entry>()
  readonly #wanted = new Map<string, Wanted[]>()
  readonly #keys = new WeakMap<Encoding, string>()
  readonly #spares: SharedArrayBuffer[] = []

  constructor(process: Process) {
    this.#process = process
  }

  /** To be released as often as it was got. */
  get(snapshot: string, encoding: Encoding): Promise<Outcome> {
    const id = this.#idOf(snapshot, encoding)
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      const outcome = new Promise<Outcome>((resolve) => this.#want(snapshot, { encoding, resolve }))
      entry = { outcome, users: 0, isReusable: true }
      this.#entries.set(id, entry)
    }
    entry.users++
    return entry.outcome
  }

  /** `isReusable`: the memory of its bytes may serve for another snapshot. */
  release(snapshot: string, encoding: Encoding, isReusable = false): void {
    const id = this.#idOf(snapshot, encoding)
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.users--
    entry.isReusable &&= isReusable
    if (entry.users > 0) return
    this.#entries.delete(id)
    if (entry.isReusable) void entry.outcome.then((outcome) => 'batch' in outcome && this.#reuse(outcome.batch))
  }

  #idOf(snapshot: string, encoding: Encoding): string {
    let key = this.#keys.get(encoding)
    if (key === undefined) {
      key = JSON.stringify(encoding, (_, value) => (value instanceof RegExp ? String(value) : value))
      this.#keys.set(encoding, key)
    }
    return `${snapshot} ${key}`
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
    const result = await this.#process({ snapshot, encodings, spares: this.#spares.splice(0, encodings.length) })
    for (const [index, { resolve }] of wanted.entries()) resolve(outcomeOf(snapshot, result, index))
  }
}

/** For the encoding of this index. */
function outcomeOf(snapshot: string, result: WorkResult, index: number): Outcome {
  if (result.outcome !== 'encoded') return result
  const batch = { snapshot, ...(result.batches[index] as EncodedBatch) }
  return { batch: result.incomplete === undefined ? batch : { ...batch, incomplete: result.incomplete } }
}
