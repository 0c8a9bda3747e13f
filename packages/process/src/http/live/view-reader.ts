import v8 from 'node:v8'
import { statFieldByName } from '@haproxystats/haproxy/read'
import type { AggregateHead, AggregateLayout } from '../../aggregate/shared-aggregate.ts'
import { textOf } from '../../aggregate/text-of.ts'
import type { Section, SharedAggregate } from '../../types/aggregate.ts'
import { shownNames } from './source-names.ts'
import { keyOf, type View, type ViewRow } from './view.ts'

/** The versions of layouts and dictionaries that are remembered: workers take turns, and each has its own. */
const mostVersions = 8

/** Wraps aggregates as views; keeps what it has read of names and texts. */
export class ViewReader {
  readonly #layouts = new Map<string, readonly ViewRow[]>()
  readonly #dictionaries = new Map<string, (string | undefined)[]>()
  #rows: readonly ViewRow[] = []

  /** The view reads the memory of the aggregate as long as it is used. */
  read(aggregate: SharedAggregate): View {
    const { snapshot, rest } = aggregate
    const { sources, columns, dash, bigIntegers, downFor, info, tables, pull }: AggregateHead = v8.deserialize(
      copy(rest, aggregate.head),
    )
    const names = shownNames(sources.map(({ source }) => source))
    const rows = this.#layout(aggregate)
    const numbers = new Float64Array(aggregate.numbers, 0, aggregate.rows * columns.length)
    return {
      snapshot,
      sources: sources.map(({ source, info: its, stopping, answered }, index) => {
        return { name: names[index] as string, file: source, info: its, stopping, answered }
      }),
      columns: columns.map(({ name, isText }) => ({ name, field: statFieldByName.get(name), isText })),
      columnOf: new Map(columns.map(({ name }, index) => [name, index])),
      dash,
      rows,
      numbers,
      bigIntegers,
      text: this.#texts(aggregate, columns, rows),
      downFor,
      info,
      tables,
      pull,
    }
  }

  /** A row is the same object as before as long as its sources are the same. */
  #layout({ layout, rest }: SharedAggregate): readonly ViewRow[] {
    const known = this.#layouts.get(layout.version)
    const rows = known ?? this.#readLayout(JSON.parse(Buffer.from(copy(rest, layout)).toString()))
    remember(this.#layouts, layout.version, rows)
    this.#rows = rows
    return rows
  }

  #readLayout({ rows, sets }: AggregateLayout): readonly ViewRow[] {
    const before = new Map(this.#rows.map((row) => [keyOf(row), row]))
    return rows.map(([kind, pxname, svname, set]) => {
      const row: ViewRow = { kind, pxname, svname, sources: sets[set] as readonly number[] }
      const same = before.get(keyOf(row))
      const isSame = same?.svname === svname && same.sources.join() === row.sources.join()
      return isSame ? same : row
    })
  }

  #texts(aggregate: SharedAggregate, columns: AggregateHead['columns'], rows: readonly ViewRow[]): View['text'] {
    const { rest, textStarts, dictionary } = aggregate
    const starts = new Int32Array(rest, textStarts.start, textStarts.length / 4)
    const bytes = new Uint8Array(rest, dictionary.start, dictionary.length)
    const known = this.#dictionaries.get(dictionary.version) ?? []
    remember(this.#dictionaries, dictionary.version, known)
    let texts = 0
    const slots = columns.map(({ name, isText }) => (isText && !isName(name) ? texts++ : -1))
    const numbers = new Uint32Array(aggregate.texts, 0, rows.length * texts)
    return (row, column) => {
      const slot = slots[column]
      if (slot === undefined || row < 0 || row >= rows.length) return undefined
      if (slot < 0) {
        const name = columns[column]?.name ?? ''
        return isName(name) ? rows[row]?.[name] : undefined
      }
      const number = numbers[row * texts + slot] as number
      if (number === 0) return undefined
      known[number] ??= textOf(bytes.slice(starts[number], starts[number + 1]))
      return known[number]
    }
  }
}

function isName(name: string): name is 'pxname' | 'svname' {
  return name === 'pxname' || name === 'svname'
}

/** In memory of its own, which everything can read. */
function copy(rest: SharedArrayBuffer, { start, length }: Section): Uint8Array {
  return new Uint8Array(rest, start, length).slice()
}

function remember<Value>(values: Map<string, Value>, version: string, value: Value): void {
  values.delete(version)
  values.set(version, value)
  const [oldest] = values.keys()
  if (values.size > mostVersions && oldest !== undefined) values.delete(oldest)
}
