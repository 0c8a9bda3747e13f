import type { Kind, RowsResponse, WireRow } from '../api/responses.ts'

/** Where in a row the values begin. */
const values = 5

/** The rows of one snapshot, with the positions of their fields. */
export interface RowSet {
  readonly snapshot: number
  readonly rows: readonly WireRow[]
  readonly positions: ReadonlyMap<string, number>
}

export const noRows: RowSet = { snapshot: 0, rows: [], positions: new Map() }

export function rowSet({ snapshot, fields, rows }: RowsResponse): RowSet {
  return { snapshot, rows, positions: new Map(fields.map((field, index) => [field, index + values])) }
}

export const keyOf = (row: WireRow): string => row[0]
export const kindOf = (row: WireRow): Kind => row[1]
export const proxyOf = (row: WireRow): string => row[2]
export const serviceOf = (row: WireRow): string => row[3]

/** The name of the row in a table where its proxy is above it. */
export const nameOf = (row: WireRow): string => (isProxy(row) ? row[2] : row[3])

export const isProxy = (row: WireRow): boolean => row[1] === 'frontend' || row[1] === 'backend'

/** Gives values of rows of one snapshot by the names of fields. */
export interface Reader {
  number(row: WireRow, field: string): number | undefined
  text(row: WireRow, field: string): string | undefined
}

export function readerOf({ positions }: RowSet): Reader {
  const at = (row: WireRow, field: string) => {
    const position = positions.get(field)
    return position === undefined ? undefined : row[position]
  }
  return {
    number(row, field) {
      const value = at(row, field)
      return typeof value === 'number' ? value : undefined
    },
    text(row, field) {
      const value = at(row, field)
      return value == null ? undefined : String(value)
    },
  }
}

/** A key in words, also of a row that does not exist: `s:app/app1` is "server app/app1". */
export function describeKey(key: string): string {
  if (key === 'daemon') return 'all processes'
  const kind = kindsOfKeys.get(key.split(':', 1)[0]!)
  return kind === undefined ? key : `${kind} ${key.slice(2)}`
}

const kindsOfKeys: ReadonlyMap<string, string> = new Map([
  ['f', 'frontend'],
  ['b', 'backend'],
  ['s', 'server'],
  ['l', 'listener'],
  ['p', 'process'],
])
