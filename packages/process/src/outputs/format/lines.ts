import type { GroupPattern } from '@haproxystats/core'
import type { EncodedBatch } from '../../types/output.ts'
import { segmentOf } from '../../types/segment.ts'
import type { GroupSection, ObjectName, Table } from '../../types/table.ts'
import { Groups } from './groups.ts'
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

/** Bytes that are enough for most lines; memory that is never written to costs nothing. */
const usualLine = 128

const nothing = new Uint8Array(new SharedArrayBuffer(0))

/** The least to begin with. */
const leastMemory = 64 * 1024

/**
 * Encodes tables as lines of Graphite's plain text protocol, `path value timestamp`. Bytes in, bytes out: object paths are
 * encoded once and kept, numbers are written digit by digit.
 *
 * Between the values of two lines stands the end of the first line, the path of the object and the name of a field. The
 * first two are the same for all lines of an object and are kept as one piece, so that a line costs one call to copy it;
 * names are short, and copied faster byte by byte. (Three calls a line took twice the time.)
 */
export class LineEncoder {
  readonly #options: LineOptions
  readonly #groups: Groups
  /** For each of the paths of an object, room for the end of a line and the path. */
  #joints = new WeakMap<ObjectName, readonly Uint8Array[]>()
  #tail = new Uint8Array(0)
  #bytes: Uint8Array = nothing
  #length = 0

  constructor(options: LineOptions) {
    this.#options = options
    this.#groups = new Groups(options.groups)
  }

  /** `spare` is memory to write into, unless it is much too small. */
  encode(tables: readonly Table[], timestamp: number, spare?: ArrayBufferLike): EncodedBatch {
    const tail = Buffer.from(` ${timestamp}\n`)
    if (tail.length !== this.#tail.length) this.#joints = new WeakMap()
    this.#tail = tail
    const size = tables.reduce((sum, { values }) => sum + usualLine * values.length, leastMemory)
    this.#bytes = new Uint8Array(
      spare !== undefined && 2 * spare.byteLength >= size ? spare : new SharedArrayBuffer(size),
    )
    this.#length = 0
    let datapoints = 0
    for (const table of tables) datapoints += this.#encodeTable(table)
    if (datapoints > 0) this.#append(tail)
    // The first line has no line before it whose end it would write.
    const bytes = this.#bytes.subarray(Math.min(tail.length, this.#length), this.#length)
    this.#bytes = nothing
    return { bytes, datapoints }
  }

  #encodeTable({ objects, fields, values, bigIntegers }: Table): number {
    const names = fields.map((field) => Buffer.from(`${field.split('.').map(segmentOf).join('.')} `))
    const width = names.length
    const longest = Math.max(0, ...names.map(({ length }) => length)) + longestNumber
    let datapoints = 0
    for (let row = 0; row < objects.length; row++) {
      for (const joint of this.#jointsOf(objects[row] as ObjectName, objects)) {
        joint.set(this.#tail)
        this.#reserve(width * (joint.length + longest) + this.#tail.length)
        const bytes = this.#bytes
        let length = this.#length
        for (let column = 0; column < width; column++) {
          const index = row * width + column
          const value = values[index] as number
          if (!Number.isFinite(value)) continue
          bytes.set(joint, length)
          length += joint.length
          const name = names[column] as Uint8Array
          for (let at = 0; at < name.length; at++) bytes[length++] = name[at] as number
          length = writeNumber(bytes, length, bigIntegers.size === 0 ? value : (bigIntegers.get(index) ?? value))
          datapoints++
        }
        this.#length = length
      }
    }
    return datapoints
  }

  #append(part: Uint8Array): void {
    this.#bytes.set(part, this.#length)
    this.#length += part.length
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const bytes = new Uint8Array(new SharedArrayBuffer(Math.max(this.#bytes.length * 2, this.#length + size)))
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }

  /** `others` are those of its table. */
  #jointsOf(object: ObjectName, others: readonly ObjectName[]): readonly Uint8Array[] {
    let joints = this.#joints.get(object)
    if (joints === undefined) {
      joints = this.#pathsOf(object, others).map((path) => Buffer.from(`${' '.repeat(this.#tail.length)}${path}.`))
      this.#joints.set(object, joints)
    }
    return joints
  }

  #pathsOf({ path, group }: ObjectName, others: readonly ObjectName[]): string[] {
    const { root, groupNamespace, doubleWrites } = this.#options
    const usual = `${root}.${path}`
    if (groupNamespace === undefined || group === undefined) return [usual]
    const { section, name } = group
    const namesOf = () => others.flatMap((other) => (other.group?.section === section ? [other.group.name] : []))
    const match = this.#groups.of(section, name, namesOf)
    if (match === undefined) return [usual]
    const grouped = `${root}.${groupNamespace}.${match}.${path}`
    return doubleWrites ? [usual, grouped] : [grouped]
  }
}
