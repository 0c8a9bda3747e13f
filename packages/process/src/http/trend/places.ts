/** What of a row is kept beside its values, in bytes: as measured, without its key. */
const overhead = 160

/** Seconds since the epoch; see the methods of their names. */
export interface SlotFacts {
  readonly since: number
  readonly seen: number
  readonly floor: number
}

/**
 * The place of each row in the frames of its kind. A row that vanished keeps its place for a while; then another gets it,
 * and `floor` tells what is whose.
 */
export class Slots {
  readonly #slotOf = new Map<string, number>()
  readonly #keys: (string | undefined)[] = []
  readonly #since: number[] = []
  readonly #seen: number[] = []
  readonly #floor: number[] = []
  #free: number[] = []
  #bytes = 0

  /** Places, taken or free. */
  get length(): number {
    return this.#keys.length
  }

  /** Rows that have a place. */
  get size(): number {
    return this.#slotOf.size
  }

  get bytes(): number {
    return this.#bytes
  }

  keys(): IterableIterator<string> {
    return this.#slotOf.keys()
  }

  find(key: string): number | undefined {
    return this.#slotOf.get(key)
  }

  /** When the row was there first. */
  since(slot: number): number {
    return this.#since[slot] as number
  }

  /** What frames hold of the place before is another row's. */
  floor(slot: number): number {
    return this.#floor[slot] ?? 0
  }

  /** When the row was there last. */
  seen(slot: number): number {
    return this.#seen[slot] as number
  }

  /** The place of a row that is there at `time`. */
  take(key: string, time: number): number {
    const known = this.#slotOf.get(key)
    if (known !== undefined) {
      this.#seen[known] = Math.max(this.#seen[known] as number, time)
      // A snapshot that is late may be older than the one that was first.
      this.#since[known] = Math.min(this.#since[known] as number, time)
      return known
    }
    const slot = this.#free.pop() ?? this.#keys.length
    this.put(slot, key, { since: time, seen: time, floor: this.floor(slot) })
    return slot
  }

  /** A row as it was kept, in the order of places; those that are left out are free. */
  put(slot: number, key: string, { since, seen, floor }: SlotFacts): void {
    this.reserve(slot)
    this.#keys[slot] = key
    this.#since[slot] = since
    this.#seen[slot] = seen
    this.#floor[slot] = floor
    this.#slotOf.set(key, slot)
    this.#bytes += overhead + 2 * key.length
  }

  /** At least so many places. */
  reserve(places: number): void {
    while (this.#keys.length < places) this.#free.push(this.#keys.push(undefined) - 1)
  }

  /** Place, key, since, seen and floor of each row, in the order of places. */
  entries(): [number, string, number, number, number][] {
    return this.#keys.flatMap((key, slot) =>
      key === undefined ? [] : [[slot, key, this.since(slot), this.seen(slot), this.floor(slot)]],
    )
  }

  /** The clock was ahead: nothing has been seen later than `time`. */
  turnBack(time: number): void {
    for (const slot of this.#slotOf.values()) {
      this.#since[slot] = Math.min(this.since(slot), time)
      this.#seen[slot] = Math.min(this.seen(slot), time)
    }
    this.#floor.forEach((floor, slot) => {
      this.#floor[slot] = Math.min(floor, time)
    })
  }

  /** Forgets the rows that were last seen before `time`. */
  forget(time: number): void {
    for (const [key, slot] of this.#slotOf) if (this.seen(slot) < time) this.#remove(key, slot)
  }

  /** Forgets rows that are not there at `time`, those first that vanished first, until at most `most` are left. */
  shrink(most: number, time: number): void {
    if (this.#slotOf.size <= most) return
    const gone = [...this.#slotOf].filter(([, slot]) => this.seen(slot) < time)
    gone.sort(([, one], [, other]) => this.seen(one) - this.seen(other))
    for (const [key, slot] of gone.slice(0, this.#slotOf.size - most)) this.#remove(key, slot)
  }

  #remove(key: string, slot: number): void {
    this.#slotOf.delete(key)
    this.#keys[slot] = undefined
    this.#floor[slot] = this.seen(slot) + 1
    this.#free.push(slot)
    this.#bytes -= overhead + 2 * key.length
  }
}
