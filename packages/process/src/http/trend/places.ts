/** What a row costs beside its values, in bytes: as measured, without its key. */
const overhead = 160

/** Seconds since the epoch. */
export interface PlaceTimes {
  /** When the row was there first, and last. */
  readonly since: number
  readonly seen: number
  /** Older frames hold values of the row that had the place before. */
  readonly floor: number
}

/**
 * The place of each row in the columns of all frames of its kind. A row that vanished keeps its place for a while; then
 * another row gets it.
 */
export class Places {
  readonly #placeOf = new Map<string, number>()
  readonly #keys: (string | undefined)[] = []
  #since = new Float64Array(0)
  #seen = new Float64Array(0)
  #floor = new Float64Array(0)
  readonly #free: number[] = []
  #bytes = 0
  #removals = 0

  /** Places, taken or free. */
  get length(): number {
    return this.#keys.length
  }

  /** Rows that have a place. */
  get size(): number {
    return this.#placeOf.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** How many rows were removed so far: while this stays the same, so do the places of rows. */
  get removals(): number {
    return this.#removals
  }

  keys(): IterableIterator<string> {
    return this.#placeOf.keys()
  }

  find(key: string): number | undefined {
    return this.#placeOf.get(key)
  }

  times(place: number): PlaceTimes {
    const [since, seen] = [this.#since[place] as number, this.#seen[place] as number]
    return { since, seen, floor: this.floor(place) }
  }

  floor(place: number): number {
    return this.#floor[place] ?? 0
  }

  /** The place of a row that is there at `time`. */
  take(key: string, time: number): number {
    const known = this.#placeOf.get(key)
    if (known !== undefined) {
      this.touch(known, time)
      return known
    }
    const place = this.#free.pop() ?? this.#keys.length
    this.put(place, key, { since: time, seen: time, floor: this.floor(place) })
    return place
  }

  /** The row is there at `time`, which may be earlier than times known already: snapshots may come late. */
  touch(place: number, time: number): void {
    if ((this.#seen[place] as number) < time) this.#seen[place] = time
    if ((this.#since[place] as number) > time) this.#since[place] = time
  }

  /** Puts a row of an earlier run where it was; in ascending order of places. */
  put(place: number, key: string, { since, seen, floor }: PlaceTimes): void {
    this.reserve(place)
    if (place >= this.#since.length) this.#grow(place + 1)
    this.#keys[place] = key
    this.#since[place] = since
    this.#seen[place] = seen
    this.#floor[place] = floor
    this.#placeOf.set(key, place)
    this.#bytes += overhead + 2 * key.length
  }

  /** At least so many places. */
  reserve(places: number): void {
    while (this.#keys.length < places) this.#free.push(this.#keys.push(undefined) - 1)
  }

  /** Place, key, since, seen and floor of each row, in the order of places. */
  entries(): [number, string, number, number, number][] {
    return this.#keys.flatMap((key, place) => {
      if (key === undefined) return []
      const { since, seen, floor } = this.times(place)
      return [[place, key, since, seen, floor]]
    })
  }

  /** The clock was ahead: nothing has been seen later than `time`. */
  turnBack(time: number): void {
    for (const times of [this.#since, this.#seen, this.#floor]) {
      for (let place = 0; place < times.length; place++) times[place] = Math.min(times[place] as number, time)
    }
  }

  /** Forgets the rows that were last seen before `time`. */
  forget(time: number): void {
    for (let place = 0; place < this.#keys.length; place++) {
      if (this.#keys[place] !== undefined && (this.#seen[place] as number) < time) this.#remove(place)
    }
  }

  /** Forgets rows that are not there at `time`, those first that vanished first, until at most `most` are left. */
  shrink(most: number, time: number): void {
    if (this.size <= most) return
    const seen = (place: number) => this.#seen[place] as number
    const gone = [...this.#placeOf.values()].filter((place) => seen(place) < time)
    gone.sort((one, other) => seen(one) - seen(other))
    for (const place of gone.slice(0, this.size - most)) this.#remove(place)
  }

  #remove(place: number): void {
    const key = this.#keys[place] as string
    this.#placeOf.delete(key)
    this.#keys[place] = undefined
    this.#floor[place] = (this.#seen[place] as number) + 1
    this.#free.push(place)
    this.#bytes -= overhead + 2 * key.length
    this.#removals++
  }

  #grow(places: number): void {
    const grown = (times: Float64Array) => {
      const more = new Float64Array(Math.ceil(places * 1.5))
      more.set(times)
      return more
    }
    this.#since = grown(this.#since)
    this.#seen = grown(this.#seen)
    this.#floor = grown(this.#floor)
  }
}
