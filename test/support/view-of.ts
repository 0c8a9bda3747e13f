import { type Info, statFieldByName, statFields } from '@haproxystats/haproxy'
import type { RowKind, View } from '../../packages/process/src/http/live/view.ts'

/** A row as a test writes it: fields by name, numbers or texts. */
export interface RowSketch {
  readonly kind: RowKind
  readonly pxname: string
  readonly svname?: string
  readonly sources?: readonly number[]
  readonly [field: string]: unknown
}

export interface ViewSketch {
  readonly snapshot: number
  readonly sources?: readonly {
    name: string
    info?: Record<string, number | string>
    stopping?: boolean
  }[]
  readonly rows?: readonly RowSketch[]
  /** `show info` of all together. */
  readonly info?: Record<string, number | string>
  /** By row: the sources that say that it is down. */
  readonly downFor?: Readonly<Record<number, readonly number[]>>
  readonly tables?: View['tables']
  readonly pull?: View['pull']
}

const usualNames: Partial<Record<RowKind, string>> = { frontend: 'FRONTEND', backend: 'BACKEND' }

/** A view that says what is written down, for tests of what is made of views. */
export function viewOf(sketch: ViewSketch): View {
  const { snapshot, rows = [], sources = [{ name: 'lb1' }], info = {}, tables = [], pull, downFor = {} } = sketch
  const columns = statFields.map(({ name, type }) => ({
    name,
    field: statFieldByName.get(name),
    isText: type === 'str',
  }))
  const width = columns.length
  const numbers = new Float64Array(rows.length * width).fill(Number.NaN)
  rows.forEach((row, index) => {
    columns.forEach(({ name }, column) => {
      if (typeof row[name] === 'number') numbers[index * width + column] = row[name]
    })
  })
  return {
    snapshot,
    sources: sources.map(({ name, info: its, stopping = false }) => ({
      name,
      file: name,
      info: its && infoOf(its),
      stopping,
      answered: true,
    })),
    columns,
    columnOf: new Map(columns.map(({ name }, column) => [name as string, column])),
    rows: rows.map(({ kind, pxname, svname = usualNames[kind] ?? '', sources: its }) => ({
      kind,
      pxname,
      svname,
      sources: its ?? sources.map((_source, index) => index),
    })),
    numbers,
    bigIntegers: new Map(),
    text: (row, column) => {
      const value = rows[row]?.[columns[column]?.name ?? '']
      return typeof value === 'string' ? value : undefined
    },
    downFor: new Map(Object.entries(downFor).map(([row, names]) => [Number(row), names])),
    info: infoOf(info),
    tables,
    pull,
    dash: undefined,
  }
}

function infoOf(values: Record<string, number | string>): Info {
  return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
