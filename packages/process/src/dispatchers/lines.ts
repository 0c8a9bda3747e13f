import type { GroupPattern } from '@haproxystats/core'
import type { EncodedBatch } from '../types/dispatcher.ts'
import { segmentOf } from '../types/segment.ts'
import type { GroupSection, ObjectName, Table } from '../types/table.ts'
import { writeNumber } from './number.ts'

/** What metric paths are made of. Plain data. */
export interface LineOptions {
  /** What every path begins with, down to `haproxy`: `loadbalancers.lb1.haproxy`. */
  readonly root: string
  /** The level above groups; unset: no groups. */
  readonly groupNamespace: string | undefined
  /** Whether objects of a group keep their usual path too. */
  readonly doubleWrites: boolean
  readonly groups: Readonly<Record<GroupSection, readonly GroupPattern[]>>
}

/** What `writeNumber` may need. */
const longestNumber = 350

/**
 * Encodes tables as lines of Graphite's plain text protocol, `path value timestamp`. Bytes in, bytes out: object paths are
 * encoded once and kept, numbers are written digit by digit.
 */
export class LineEncoder {
  readonly #options: LineOptions
  readonly #prefixes = new WeakMap<ObjectName, readonly Uint8Array[]>()
  #bytes = Buffer.allocUnsafeSlow(64 * 1024)
  #length = 0

  constructor(options: LineOptions) {
    this.#options = options
  }

  encode(tables: readonly Table[], timestamp: number): EncodedBatch {
    const tail = Buffer.from(` ${timestamp}\n`)
    this.#length = 0
    let datapoints = 0
    for (const table of tables) datapoints += this.#encodeTable(table, tail)
    const bytes = new Uint8Array(this.#length)
    bytes.set(this.#bytes.subarray(0, this.#length))
    return { bytes, datapoints }
  }

  #encodeTable(table: Table, tail: Uint8Array): number {
    const names = table.fields.map((field) => Buffer.from(`${field.split('.').map(segmentOf).join('.')} `))
    const width = names.length
    const longestEnd = Math.max(0, ...names.map(({ length }) => length)) + longestNumber + tail.length
    let datapoints = 0
    table.objects.forEach((object, row) => {
      for (const prefix of this.#prefixesOf(object)) {
        this.#reserve(width * (prefix.length + longestEnd))
        for (let column = 0; column < width; column++) {
          const index = row * width + column
          const value = table.values[index] as number
          if (!Number.isFinite(value)) continue
          this.#append(prefix)
          this.#append(names[column] as Uint8Array)
          const wide = table.wide.size > 0 ? table.wide.get(index) : undefined
          this.#length = writeNumber(this.#bytes, this.#length, wide ?? value)
          this.#append(tail)
          datapoints++
        }
      }
    })
    return datapoints
  }

  #append(part: Uint8Array): void {
    this.#bytes.set(part, this.#length)
    this.#length += part.length
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + size))
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }

  #prefixesOf(object: ObjectName): readonly Uint8Array[] {
    let prefixes = this.#prefixes.get(object)
    if (prefixes === undefined) {
      prefixes = this.#pathsOf(object).map((path) => Buffer.from(`${path}.`))
      this.#prefixes.set(object, prefixes)
    }
    return prefixes
  }

  #pathsOf({ path, group }: ObjectName): string[] {
    const { root, groupNamespace, doubleWrites, groups } = this.#options
    const usual = `${root}.${path}`
    if (groupNamespace === undefined || group === undefined) return [usual]
    const match = groups[group.section].find(({ pattern }) => pattern.test(group.name))
    if (match === undefined) return [usual]
    const grouped = `${root}.${groupNamespace}.${match.name}.${path}`
    return doubleWrites ? [usual, grouped] : [grouped]
  }
}
