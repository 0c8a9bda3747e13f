import { keyOf, type RowKind, type View, type ViewRow } from '../live/view.ts'
import { ratesOf, readerOf } from '../routes/api-values.ts'
import type { Facts } from '../routes/route.ts'
import type { Rates } from '../trend/rates.ts'
import { type StateLevel, stateLevelOf, stateLevels } from '../trend/states.ts'

const situations = new WeakMap<View, Situation>()

/** Of one view the same for all who ask. */
export function situationOf(facts: Facts, view: View): Situation {
  let situation = situations.get(view)
  if (situation === undefined) {
    situation = new Situation(facts, view)
    situations.set(view, situation)
  }
  return situation
}

/** What rules look at: the newest snapshot by rows, and what was before. */
export class Situation {
  readonly facts: Facts
  readonly view: View
  readonly rates: Rates | undefined
  readonly #numbers = new Map<string, (row: number) => number>()
  readonly #rows = new Map<RowKind, number[]>()

  constructor(facts: Facts, view: View) {
    this.facts = facts
    this.view = view
    this.rates = ratesOf(facts, view)
    view.rows.forEach(({ kind }, index) => {
      const its = this.#rows.get(kind)
      if (its === undefined) this.#rows.set(kind, [index])
      else its.push(index)
    })
  }

  get now(): number {
    return this.facts.now()
  }

  rows(kind: RowKind): readonly number[] {
    return this.#rows.get(kind) ?? []
  }

  row(index: number): ViewRow {
    return this.view.rows[index] as ViewRow
  }

  key(index: number): string {
    return keyOf(this.row(index))
  }

  /** `app` or `app/app1`. */
  name(index: number): string {
    return this.key(index).slice(2)
  }

  /** Servers by proxy, in the order of rows. */
  serversByProxy(): ReadonlyMap<string, number[]> {
    const servers = new Map<string, number[]>()
    for (const index of this.rows('server')) {
      const { pxname } = this.row(index)
      const its = servers.get(pxname)
      if (its === undefined) servers.set(pxname, [index])
      else its.push(index)
    }
    return servers
  }

  /** NaN where there is none; `bin/s` for the rate of a counter. */
  number(index: number, field: string): number {
    let read = this.#numbers.get(field)
    if (read === undefined) {
      const isKnown = field === 'errors/s' || this.view.columnOf.has(field.replace(/\/s$/, ''))
      const reader = isKnown ? readerOf(field, this.view, this.rates) : () => null
      read = (row) => (reader(row) as number | null) ?? Number.NaN
      this.#numbers.set(field, read)
    }
    return read(index)
  }

  status(index: number): string {
    const column = this.view.columnOf.get('status')
    return (column === undefined ? undefined : this.view.text(index, column)) ?? ''
  }

  state(index: number): StateLevel | undefined {
    return stateLevels[stateLevelOf(this.status(index) || undefined)]
  }

  /** When a row's state changed last, as HAProxy says. */
  changed(index: number): number | undefined {
    const seconds = this.number(index, 'lastchg')
    return seconds >= 0 ? this.view.snapshot - seconds : undefined
  }

  /** Since when a series passes without a break; the newest snapshot when it only does now. */
  since(key: string, field: string, passes: (value: number) => boolean): number {
    return this.facts.history.since({ key, field }, passes) ?? this.view.snapshot
  }

  /** Names of the processes that say that a row is down; `undefined` when it is not known which. */
  downFor(index: number): readonly string[] | undefined {
    if (this.state(index) !== 'DOWN') return undefined
    return this.view.downFor.get(index)?.map((source) => this.view.sources[source]?.name ?? '')
  }
}
