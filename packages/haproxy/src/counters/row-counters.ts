import type { Count, Counts } from './counts.ts'

/** Which rows there are, and where the counters of each are in an array of all. */
export class RowLayout {
  /** By the column `type`, `pxname` and `svname`, a tab between them. */
  readonly keys: readonly string[]
  readonly rowOf: ReadonlyMap<string, number>
  /** Of each row: the counters there is room for, as indexes into `statCounters`, in their order. */
  readonly columns: readonly (readonly number[])[]
  /** Of each row: where its counters begin; behind the last: where all end. */
  readonly starts: Int32Array

  /** @param columnsForType the counters of a type of row. */
  constructor(keys: readonly string[], columnsForType: (type: string) => readonly number[]) {
    this.keys = keys
    this.rowOf = new Map(keys.map((key, row) => [key, row]))
    this.columns = keys.map((key) => columnsForType(rowType(key)))
    this.starts = new Int32Array(keys.length + 1)
    for (const [row, { length }] of this.columns.entries()) this.starts[row + 1] = (this.starts[row] as number) + length
  }
}

/** The `type` in a key. */
export function rowType(key: string): string {
  return key.slice(0, key.indexOf('\t'))
}

const knownPlaces = new WeakMap<readonly number[], readonly (number | undefined)[]>()

/** Where each counter is among the columns. */
function columnPlaces(columns: readonly number[]): readonly (number | undefined)[] {
  const known = knownPlaces.get(columns)
  if (known !== undefined) return known
  const places: (number | undefined)[] = []
  for (const [place, index] of columns.entries()) places[index] = place
  knownPlaces.set(columns, places)
  return places
}

/** The counters of the rows of a process, by row; an object for each row would take ten times as much memory. */
export class RowCounters implements Iterable<[string, Counts]> {
  readonly layout: RowLayout
  /** 0 for what is not printed; the nearest double beyond 2^53. */
  readonly values: Float64Array
  /** The exact ones beyond 2^53, by their place in `values`. */
  readonly big: ReadonlyMap<number, bigint>

  constructor(layout: RowLayout, values: Float64Array, big: ReadonlyMap<number, bigint> = new Map()) {
    this.layout = layout
    this.values = values
    this.big = big
  }

  static from(entries: Iterable<readonly [string, readonly Count[]]>): RowCounters {
    const rows = [...entries]
    const used = new Map<string, Set<number>>()
    for (const [key, counts] of rows) {
      const columns = used.get(rowType(key)) ?? new Set()
      used.set(rowType(key), columns)
      for (const [index, count] of counts.entries()) if (count) columns.add(index)
    }
    const columns = new Map([...used].map(([type, indexes]) => [type, [...indexes].sort((a, b) => a - b)]))
    const layout = new RowLayout(
      rows.map(([key]) => key),
      (type) => columns.get(type) ?? [],
    )
    const big = new Map<number, bigint>()
    const values = new Float64Array(layout.starts.at(-1) as number)
    for (const [row, [, counts]] of rows.entries()) {
      for (const [place, index] of (layout.columns[row] as readonly number[]).entries()) {
        const count = counts[index] ?? 0
        const position = (layout.starts[row] as number) + place
        values[position] = Number(count)
        if (typeof count === 'bigint') big.set(position, count)
      }
    }
    return new RowCounters(layout, values, big)
  }

  get size(): number {
    return this.layout.keys.length
  }

  has(key: string): boolean {
    return this.layout.rowOf.has(key)
  }

  get(key: string): Counts | undefined {
    const row = this.layout.rowOf.get(key)
    return row === undefined ? undefined : this.#countsOf(row)
  }

  /** One counter of a row, by its index in `statCounters`. */
  count(key: string, index: number): Count {
    const row = this.layout.rowOf.get(key)
    if (row === undefined) return undefined
    const place = columnPlaces(this.layout.columns[row] as readonly number[])[index]
    return place === undefined ? undefined : this.#at((this.layout.starts[row] as number) + place)
  }

  *[Symbol.iterator](): IterableIterator<[string, Counts]> {
    for (const [row, key] of this.layout.keys.entries()) yield [key, this.#countsOf(row)]
  }

  /** The rows of which a later answer has less of a counter, and those that it does not have. */
  fallen(now: RowCounters): string[] {
    const { keys, columns, starts } = this.layout
    const keysFallen: string[] = []
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row] as string
      const other = now.layout === this.layout ? row : now.layout.rowOf.get(key)
      if (other === undefined) {
        keysFallen.push(key)
        continue
      }
      const own = columns[row] as readonly number[]
      const theirs = now.layout.columns[other] as readonly number[]
      const [start, otherStart] = [starts[row] as number, now.layout.starts[other] as number]
      const fell = own === theirs ? this.#fell(now, start, otherStart, own.length) : this.#fellByIndex(now, key, own)
      if (fell) keysFallen.push(key)
    }
    return keysFallen
  }

  #fell(now: RowCounters, start: number, otherStart: number, length: number): boolean {
    const [values, others] = [this.values, now.values]
    for (let place = 0; place < length; place++) {
      const value = values[start + place] as number
      if ((others[otherStart + place] as number) < value) return true
      if (value > Number.MAX_SAFE_INTEGER && (now.#at(otherStart + place) ?? 0) < (this.#at(start + place) ?? 0))
        return true
    }
    return false
  }

  #fellByIndex(now: RowCounters, key: string, columns: readonly number[]): boolean {
    return columns.some((index) => (now.count(key, index) ?? 0) < (this.count(key, index) ?? 0))
  }

  #at(position: number): Count {
    const value = this.values[position] as number
    return value > Number.MAX_SAFE_INTEGER ? (this.big.get(position) ?? value) : value || undefined
  }

  /** As long as need be from the start: growing one array after the other kept the garbage collector busy. */
  #countsOf(row: number): Counts {
    const columns = this.layout.columns[row] as readonly number[]
    const start = this.layout.starts[row] as number
    let last = columns.length
    while (last > 0 && !this.values[start + last - 1]) last--
    if (last === 0) return []
    const counts: Counts = new Array((columns[last - 1] as number) + 1).fill(undefined)
    for (let place = 0; place < last; place++) counts[columns[place] as number] = this.#at(start + place)
    return counts
  }
}
