import { rowsByKind } from '../live/rows-by-kind.ts'
import { keyOf, type RowKind, type View, type ViewRow } from '../live/view.ts'
import type { Rates } from '../trend/rates.ts'
import { numberReader } from '../trend/row-values.ts'
import { type StateLevel, stateLevelOf, stateLevels } from '../trend/states.ts'
import type { Facts } from '../types/facts.ts'

const contexts = new WeakMap<View, RuleContext>()

/** One context for each view. */
export function ruleContext(facts: Facts, view: View): RuleContext {
  let context = contexts.get(view)
  if (context === undefined) {
    context = new RuleContext(facts, view)
    contexts.set(view, context)
  }
  return context
}

/** What rules look at: the newest snapshot by rows, and what was before. */
export class RuleContext {
  readonly facts: Facts
  readonly view: View
  readonly #rates: Rates | undefined
  readonly #numbers = new Map<string, (row: number) => number>()
  /** Servers by proxy, in the order of rows. */
  readonly serversByProxy = new Map<string, number[]>()

  constructor(facts: Facts, view: View) {
    this.facts = facts
    this.view = view
    this.#rates = facts.history.ratesOf(view)
    for (const index of this.rows('server')) {
      const { pxname } = this.row(index)
      const servers = this.serversByProxy.get(pxname)
      if (servers === undefined) this.serversByProxy.set(pxname, [index])
      else servers.push(index)
    }
  }

  rows(kind: RowKind): Int32Array {
    return rowsByKind(this.view.rows)[kind]
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

  /** NaN where there is none; `bin/s` for the rate of a counter. */
  number(index: number, field: string): number {
    let read = this.#numbers.get(field)
    if (read === undefined) {
      read = numberReader(field, this.view, this.#rates) ?? (() => Number.NaN)
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
