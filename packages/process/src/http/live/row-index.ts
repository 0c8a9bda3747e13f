import type { RowKind, View } from './view.ts'

/** The rows of a view by their names. */
export class RowIndex {
  /** By kind, then by proxy, then by name within it; frontends and backends stand under the empty name. */
  readonly #rows: Readonly<Record<RowKind, Map<string, Map<string, number>>>> = {
    frontend: new Map(),
    backend: new Map(),
    server: new Map(),
    listener: new Map(),
  }

  constructor({ rows }: View) {
    rows.forEach(({ kind, pxname, svname }, row) => {
      const proxies = this.#rows[kind]
      const within = proxies.get(pxname) ?? new Map<string, number>()
      proxies.set(pxname, within)
      within.set(nameWithin(kind, svname), row)
    })
  }

  /** The index of a row; `undefined` when there is none. */
  find(kind: RowKind, pxname: string, svname = ''): number | undefined {
    return this.#rows[kind].get(pxname)?.get(nameWithin(kind, svname))
  }

  /** Whether a proxy has rows of a kind. */
  has(kind: RowKind, pxname: string): boolean {
    return this.#rows[kind].has(pxname)
  }

  /** The names of all frontends, or backends. */
  proxies(kind: RowKind): Iterable<string> {
    return this.#rows[kind].keys()
  }

  /** The names of the servers of a backend, or the listeners of a frontend. */
  within(kind: RowKind, pxname: string): Iterable<string> {
    return this.#rows[kind].get(pxname)?.keys() ?? []
  }
}

function nameWithin(kind: RowKind, svname: string): string {
  return kind === 'frontend' || kind === 'backend' ? '' : svname
}

const known = new WeakMap<View, RowIndex>()

/** Made when it is wanted for the first time. */
export function rowIndexOf(view: View): RowIndex {
  let index = known.get(view)
  if (index === undefined) {
    index = new RowIndex(view)
    known.set(view, index)
  }
  return index
}
