import { randomUUID } from 'node:crypto'
import { textOf } from './text-of.ts'

const comma = 0x2c
const nothing = 0

/**
 * Texts of cells by number, each kept once over all snapshots: bytes are compared with those that were seen before. 0 is the empty
 * text. What is kept only grows.
 */
export class Texts {
  /** Its own: two that have the same version hold the same texts by the same numbers, as far as they go. */
  readonly version = randomUUID()
  #bytes = new Uint8Array(64 * 1024)
  /** Where each text begins, and where the last one ends. */
  #starts = new Int32Array(4096)
  #size = 1
  /** A hash table with open addressing: numbers of texts, at most half full. */
  #table = new Int32Array(4096)

  get size(): number {
    return this.#size
  }

  /** The bytes of all texts one behind the other, and where each begins; there is one more place, behind the last one. */
  get kept(): { readonly bytes: Uint8Array; readonly starts: Int32Array } {
    const starts = this.#starts.subarray(0, this.#size + 1)
    return { bytes: this.#bytes.subarray(0, starts[this.#size]), starts }
  }

  text(number: number): string {
    return textOf(this.#bytes.subarray(this.#starts[number], this.#starts[number + 1]))
  }

  /** Whether the unquoted cell that begins at `start` holds a text. */
  isAt(number: number, bytes: Uint8Array, start: number): boolean {
    const known = this.#starts[number] as number
    const end = start + (this.#starts[number + 1] as number) - known
    if (bytes[end] !== comma) return false
    for (let index = end - 1; index >= start; index--) {
      if (bytes[index] !== this.#bytes[known + index - start]) return false
    }
    return true
  }

  /** The number of the unquoted cell that begins at `start`. */
  upToComma(bytes: Uint8Array, start: number): number {
    let byte = bytes[start] as number
    if (byte === comma) return nothing
    let hash = 0
    let end = start
    for (; byte !== comma; byte = bytes[++end] as number) hash = mix(hash, byte)
    return this.#find(bytes, start, end, hash)
  }

  /** The number of what is in `bytes[start…end)`. */
  between(bytes: Uint8Array, start: number, end: number): number {
    return start === end ? nothing : this.#find(bytes, start, end, hashOf(bytes, start, end))
  }

  /** The number of two different texts, one behind the other; the one's own if it holds the other already. */
  joined(one: number, other: number): number {
    const [first, second] = [this.text(one), this.text(other)]
    if (first.split(' / ').includes(second)) return one
    const bytes = Buffer.from(`${first} / ${second}`)
    return this.between(bytes, 0, bytes.length)
  }

  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#table.length - 1
    for (let place = spread(hash) & mask; ; place = (place + 1) & mask) {
      const number = this.#table[place] as number
      if (number === nothing) return this.#add(bytes.subarray(start, end), place)
      if (this.#isSame(number, bytes, start, end)) return number
    }
  }

  #isSame(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#starts[number] as number
    if ((this.#starts[number + 1] as number) - known !== end - start) return false
    for (let index = end - start - 1; index >= 0; index--) {
      if (bytes[start + index] !== this.#bytes[known + index]) return false
    }
    return true
  }

  #add(bytes: Uint8Array, place: number): number {
    const number = this.#size++
    const start = this.#starts[number] as number
    const end = start + bytes.length
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(2 * end))
    if (number + 1 >= this.#starts.length) this.#starts = grown(this.#starts, new Int32Array(2 * this.#starts.length))
    this.#bytes.set(bytes, start)
    this.#starts[number + 1] = end
    this.#table[place] = number
    if (2 * this.#size > this.#table.length) this.#growTable()
    return number
  }

  #growTable(): void {
    const mask = 2 * this.#table.length - 1
    this.#table = new Int32Array(mask + 1)
    for (let number = 1; number < this.#size; number++) {
      const hash = hashOf(this.#bytes, this.#starts[number] as number, this.#starts[number + 1] as number)
      let place = spread(hash) & mask
      while (this.#table[place] !== nothing) place = (place + 1) & mask
      this.#table[place] = number
    }
  }
}

function grown<Numbers extends Uint8Array | Int32Array>(numbers: Numbers, more: Numbers): Numbers {
  more.set(numbers)
  return more
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let position = start; position < end; position++) hash = mix(hash, bytes[position] as number)
  return hash
}

function mix(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

function spread(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8
}
