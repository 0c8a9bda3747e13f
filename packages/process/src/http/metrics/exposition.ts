import { writeNumber } from '../../outputs/format/number.ts'
import type { Label, Metric } from './metric.ts'
import { unitOf } from './metric.ts'

/** The two forms that Prometheus reads: text 0.0.4, which HAProxy's exporter prints, and OpenMetrics 1.0. */
export type Format = 'text' | 'openmetrics'

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** What `writeNumber` may need, and what stands around a number. */
const longestNumber = 360

const newline = 0x0a

/** Between the labels of an object and its value when there is no further label. */
export const plain = Buffer.from('} ')

/** The beginning of the labels of an object, without the closing brace: `{proxy="www"`. At least one label. */
export function labelBlock(labels: readonly Label[]): Buffer {
  return Buffer.from(`{${labels.map(labelText).join(',')}`)
}

/** What follows a block of labels: one more label, and the end. */
export function lastLabel(label: Label): Uint8Array {
  return Buffer.from(`,${labelText(label)}} `)
}

function labelText([name, value]: Label): string {
  return `${name}="${escaped(value).replaceAll('"', '\\"')}"`
}

/** As help texts and values of labels need it in both forms. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

const noLabels = Buffer.from(' ')
const nothing = Buffer.alloc(0)

/**
 * Writes metrics into one buffer. All samples of a metric follow its `begin`, which writes nothing until there is one.
 * A name and the labels of an object are some forty bytes each and are copied by a call, which took four fifths of the
 * time that a loop took; what is shorter, by a loop.
 */
export class Exposition {
  readonly #format: Format
  #bytes: Buffer
  #length = 0
  /** Written before the first sample of the metric; empty after that. */
  #head = nothing
  #name = nothing
  #least = Number.NEGATIVE_INFINITY

  /** `size`: bytes that are likely to be needed. */
  constructor(format: Format, size = 64 * 1024) {
    this.#format = format
    this.#bytes = Buffer.allocUnsafeSlow(size)
  }

  begin(metric: Metric): void {
    this.#head = Buffer.from(headOf(metric, this.#format))
    this.#name = Buffer.from(metric.name)
    this.#least = metric.type === 'counter' ? 0 : Number.NEGATIVE_INFINITY
  }

  /**
   * `labels` and `end` are what `labelBlock` and `lastLabel` give. NaN is left out, and so is a counter below 0, as
   * HAProxy 1.5 prints one beyond 2^31.
   */
  sample(labels: Uint8Array, end: Uint8Array, value: number | bigint): void {
    if (typeof value === 'number' && (!Number.isFinite(value) || value < this.#least)) return
    const name = this.#name
    this.#reserve(this.#head.length + name.length + labels.length + end.length + longestNumber)
    if (this.#head.length > 0) this.#writeHead()
    const bytes = this.#bytes
    let length = this.#length
    bytes.set(name, length)
    length += name.length
    bytes.set(labels, length)
    length += labels.length
    for (let at = 0; at < end.length; at++) bytes[length++] = end[at] as number
    length = writeNumber(bytes, length, value)
    bytes[length++] = newline
    this.#length = length
  }

  /** A sample without labels. */
  value(value: number | bigint): void {
    this.sample(nothing, noLabels, value)
  }

  /** Everything that was written. The exposition is of no use afterwards. */
  finish(): Buffer {
    if (this.#format === 'openmetrics') {
      const end = Buffer.from('# EOF\n')
      this.#reserve(end.length)
      this.#bytes.set(end, this.#length)
      this.#length += end.length
    }
    return this.#bytes.subarray(0, this.#length)
  }

  #writeHead(): void {
    this.#bytes.set(this.#head, this.#length)
    this.#length += this.#head.length
    this.#head = nothing
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + size))
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }
}

/**
 * In OpenMetrics a counter's name is without `_total`, its samples' with it. A counter that HAProxy's exporter calls
 * otherwise is of no known type there: its samples keep their name.
 */
function headOf({ name, type, help }: Metric, format: Format): string {
  if (format === 'text') return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`
  const family = type === 'counter' ? name.replace(/_total$/, '') : name
  const known = type === 'counter' && family === name ? 'unknown' : type
  const unit = unitOf(family)
  const unitLine = unit === undefined ? '' : `# UNIT ${family} ${unit}\n`
  return `# TYPE ${family} ${known}\n${unitLine}# HELP ${family} ${escaped(help).replaceAll('"', '\\"')}\n`
}
