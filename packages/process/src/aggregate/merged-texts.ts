import { parseStatus } from '@haproxystats/haproxy/read'
import type { RowReader } from './row-reader.ts'
import { explainingFields, type StatColumns } from './stat-columns.ts'
import { Texts } from './texts.ts'

const ways = { first: 0, worst: 1, explaining: 2, distinct: 3 } as const

/** How many texts are worth forgetting. */
const forgetAfter = 100_000

/** The texts of rows, as numbers of `Texts`, merged while they are read. */
export class MergedTexts {
  readonly #ways: Uint8Array
  #texts = new Texts()
  #severities: number[] = []
  #down: (boolean | undefined)[] = []
  #downFor = new Map<number, number[]>()
  #numbers = new Uint32Array(new SharedArrayBuffer(0))

  constructor({ columns, texts }: StatColumns) {
    this.#ways = Uint8Array.from(texts, (column) => {
      const { name = '', field } = columns[column] ?? {}
      if (name === 'status') return ways.worst
      if (explainingFields.has(name)) return ways.explaining
      return field?.merge === 'distinct' ? ways.distinct : ways.first
    })
  }

  /**
   * Begins the next snapshot, whose numbers go into `memory`. Texts that come and go are forgotten when they are many times those of
   * a snapshot, which had so many `rows`.
   */
  begin(rows: number, memory?: SharedArrayBuffer): void {
    if (memory !== undefined) this.#numbers = new Uint32Array(memory)
    this.#downFor = new Map()
    if (this.#texts.size <= Math.max(forgetAfter, 4 * rows * this.#ways.length)) return
    this.#texts = new Texts()
    this.#severities = []
    this.#down = []
  }

  /**
   * Merges the texts of the row that was read last. `first`: nobody had the row before. `silent`: a process that has no say beside
   * those that had theirs.
   *
   * @returns whether it is this process whose status is shown.
   */
  merge(row: number, reader: RowReader, source: number, first: boolean, silent: boolean): boolean {
    const width = this.#ways.length
    const base = row * width
    if (base + width > this.#numbers.length) this.#growTo(base + width)
    const numbers = this.#numbers
    let shown = first
    for (let text = 0; text < width; text++) {
      const index = base + text
      const before = first ? 0 : (numbers[index] as number)
      const number = reader.text(text, this.#texts, before)
      if (this.#ways[text] === ways.worst && this.#isDown(number)) this.#noteDown(row, source)
      if (first) {
        numbers[index] = number
        continue
      }
      if (number === before) continue
      const way = this.#ways[text]
      if (before === 0 && way !== ways.explaining) numbers[index] = number
      else if (silent || number === 0) continue
      else if (way === ways.worst && this.#severity(number) > this.#severity(before)) {
        numbers[index] = number
        shown = true
      } else if (way === ways.distinct) numbers[index] = this.#texts.joined(before, number)
    }
    if (shown && !first) this.#explain(base, reader)
    return shown
  }

  #explain(base: number, reader: RowReader): void {
    this.#ways.forEach((way, text) => {
      if (way === ways.explaining) this.#numbers[base + text] = reader.text(text, this.#texts, 0)
    })
  }

  /** Rows × texts of the snapshot, the texts by number, and of rows that are down the sources that say so. */
  finish(): { readonly numbers: Uint32Array; readonly texts: Texts; readonly downFor: Map<number, number[]> } {
    const status = this.#ways.indexOf(ways.worst)
    for (const row of this.#downFor.keys()) {
      if (!this.#isDown(this.#numbers[row * this.#ways.length + status] as number)) this.#downFor.delete(row)
    }
    return { numbers: this.#numbers, texts: this.#texts, downFor: this.#downFor }
  }

  #isDown(number: number): boolean {
    this.#down[number] ??= this.#texts.text(number).startsWith('DOWN')
    return this.#down[number]
  }

  #noteDown(row: number, source: number): void {
    const sources = this.#downFor.get(row)
    if (sources === undefined) this.#downFor.set(row, [source])
    else sources.push(source)
  }

  #severity(number: number): number {
    let severity = this.#severities[number]
    if (severity === undefined) {
      severity = parseStatus(this.#texts.text(number)).severity
      this.#severities[number] = severity
    }
    return severity
  }

  #growTo(length: number): void {
    const numbers = new Uint32Array(new SharedArrayBuffer(8 * length))
    numbers.set(this.#numbers)
    this.#numbers = numbers
  }
}
