import { isUtf8 } from 'node:buffer'

const comma = 0x2c
const nothing = 0

/**
 * Texts of cells by number, each kept once over all snapshots: bytes are compared with those that were seen before, and only new
 * ones become a string. 0 is the empty text.
 */
export class Texts {
  /** By number; grows, never changes. */
  readonly texts: (string | undefined)[] = [undefined]
  #bytes = new Uint8Array(64 * 1024)
  #used = 0
  #starts: number[] = [0, 0]
  /** A hash table with open addressing: numbers of texts, at most half full. */
  #table = new Int32Array(4096)

  get size(): number {
    return this.texts.length
  }

  /** The number of the unquoted cell that begins at `start`. */
  upToComma(bytes: Uint8Array, start: number): number {
    let hash = 0
    let end = start
    for (let byte = bytes[end] as number; byte !== comma; byte = bytes[++end] as number) hash = mix(hash, byte)
    return this.#find(bytes, start, end, hash)
  }

  /** The number of what is in `bytes[start…end)`. */
  between(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0
    for (let position = start; position < end; position++) hash = mix(hash, bytes[position] as number)
    return this.#find(bytes, start, end, hash)
  }

  /** The number of two different texts, one behind the other; the one's own if it holds the other already. */
  joined(one: number, other: number): number {
    const [first = '', second = ''] = [this.texts[one], this.texts[other]]
    if (first.split(' / ').includes(second)) return one
    const bytes = Buffer.from(`${first} / ${second}`)
    return this.between(bytes, 0, bytes.length)
  }

  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    if (start === end) return nothing
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
    const number = this.texts.length
    this.#keep(bytes)
    this.texts.push(textOf(bytes))
    this.#table[place] = number
    if (2 * this.texts.length > this.#table.length) this.#grow()
    return number
  }

  #keep(bytes: Uint8Array): void {
    const end = this.#used + bytes.length
    if (end > this.#bytes.length) {
      const more = new Uint8Array(2 * end)
      more.set(this.#bytes)
      this.#bytes = more
    }
    this.#bytes.set(bytes, this.#used)
    this.#used = end
    this.#starts.push(end)
  }

  #grow(): void {
    const mask = 2 * this.#table.length - 1
    this.#table = new Int32Array(mask + 1)
    for (let number = 1; number < this.texts.length; number++) {
      let hash = 0
      const end = this.#starts[number + 1] as number
      for (let index = this.#starts[number] as number; index < end; index++)
        hash = mix(hash, this.#bytes[index] as number)
      let place = spread(hash) & mask
      while (this.#table[place] !== nothing) place = (place + 1) & mask
      this.#table[place] = number
    }
  }
}

function mix(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

function spread(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8
}

/** As a person reads it: HAProxy copies whatever bytes are in its configuration or come from a server. */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return buffer.toString(isUtf8(buffer) ? 'utf8' : 'latin1')
}
