import { parseStatus } from '@haproxystats/haproxy/read'
import type { ViewColumns } from './columns.ts'
import { Texts } from './texts.ts'

/** What checks say of a server explains its status, so all of it is taken from the process that has the status. */
export const explaining: ReadonlySet<string> = new Set([
  'check_status',
  'check_code',
  'last_chk',
  'check_desc',
  'agent_status',
  'agent_code',
  'last_agt',
  'agent_desc',
])

const ways = { first: 0, worst: 1, explaining: 2, distinct: 3 } as const

/** How many texts are worth forgetting. */
const forgetAfter = 100_000

/** The texts of rows, as numbers of `Texts`, merged while they are read. */
export class MergedTexts {
  readonly #ways: Uint8Array
  #texts = new Texts()
  #severities: number[] = []
  #numbers = new Uint32Array(0)

  constructor({ columns, texts }: ViewColumns) {
    this.#ways = Uint8Array.from(texts, (column) => {
      const { name = '', field } = columns[column] ?? {}
      if (name === 'status') return ways.worst
      if (explaining.has(name)) return ways.explaining
      return field?.merge === 'distinct' ? ways.distinct : ways.first
    })
  }

  /** Begins the next snapshot. Texts that come and go are forgotten when they are many times those of a snapshot. */
  begin(rows: number): void {
    if (this.#texts.size > Math.max(forgetAfter, 4 * rows * this.#ways.length)) this.#forget()
    this.#numbers.fill(0)
  }

  #forget(): void {
    this.#texts = new Texts()
    this.#severities = []
  }

  /**
   * Merges the texts of one process's row. `silent`: a process that has no say beside those that had theirs.
   *
   * @param read the number of one of the texts of the row.
   * @returns whether it is this process whose status is shown.
   */
  merge(
    row: number,
    read: (text: number, texts: Texts) => number,
    { first, silent }: { first: boolean; silent: boolean },
  ): boolean {
    const width = this.#ways.length
    const base = row * width
    if (base + width > this.#numbers.length) this.#growTo(base + width)
    const numbers = this.#numbers
    let shown = first
    for (let text = 0; text < width; text++) {
      const number = read(text, this.#texts)
      const index = base + text
      const before = numbers[index] as number
      if (number === before) continue
      const way = this.#ways[text]
      if (first || (before === 0 && way !== ways.explaining)) numbers[index] = number
      else if (silent || number === 0) continue
      else if (way === ways.worst && this.#severity(number) > this.#severity(before)) {
        numbers[index] = number
        shown = true
      } else if (way === ways.distinct) numbers[index] = this.#texts.joined(before, number)
    }
    if (shown && !first) this.#explain(base, read)
    return shown
  }

  #explain(base: number, read: (text: number, texts: Texts) => number): void {
    this.#ways.forEach((way, text) => {
      if (way === ways.explaining) this.#numbers[base + text] = read(text, this.#texts)
    })
  }

  /** Of so many rows, as they are now; `order` as of `orderOf`. */
  finish(
    rows: number,
    order: Int32Array | undefined,
  ): { numbers: Uint32Array; texts: readonly (string | undefined)[] } {
    const width = this.#ways.length
    const { texts } = this.#texts
    if (order === undefined) return { numbers: this.#numbers.slice(0, rows * width), texts }
    const numbers = new Uint32Array(rows * width)
    order.forEach((row, place) => {
      numbers.set(this.#numbers.subarray(row * width, (row + 1) * width), place * width)
    })
    return { numbers, texts }
  }

  #severity(number: number): number {
    let severity = this.#severities[number]
    if (severity === undefined) {
      severity = parseStatus(this.#texts.texts[number] ?? '').severity
      this.#severities[number] = severity
    }
    return severity
  }

  #growTo(length: number): void {
    const numbers = new Uint32Array(2 * length)
    numbers.set(this.#numbers)
    this.#numbers = numbers
  }
}
