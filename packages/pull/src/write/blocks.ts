/** Bytes of a block: most answers to `show info` fit into one. */
const blockSize = 8 * 1024

/** With so many in use, 2 MB, nothing more should be read until some are written. */
const manyBlocks = 256

/** Unused blocks that are kept: as many as are in use when two hundred sources are read at once. */
const mostSpares = 1024

const spares: Buffer[] = []
let used = 0

/**
 * Bytes that wait to be written, in blocks that are reused: new memory for every answer took more time than copying, and twice
 * the memory until garbage collection.
 */
export class Blocks {
  #blocks: Buffer[] = []
  /** Bytes in the last block. */
  #used = blockSize

  /** Whether all answers together hold as much as is allowed. */
  static get crowded(): boolean {
    return used >= manyBlocks
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  /** Copies `bytes`. */
  add(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length; ) {
      if (this.#used === blockSize) {
        this.#blocks.push(spares.pop() ?? Buffer.allocUnsafeSlow(blockSize))
        used++
        this.#used = 0
      }
      const piece = bytes.subarray(taken, taken + blockSize - this.#used)
      this.#blocks.at(-1)?.set(piece, this.#used)
      this.#used += piece.length
      taken += piece.length
    }
  }

  /** Removes and returns what is in them; to be given back by `free` once it is written. */
  take(): Buffer[] {
    const taken = this.#blocks
    const last = taken.pop()
    if (last !== undefined) taken.push(last.subarray(0, this.#used))
    this.#blocks = []
    this.#used = blockSize
    return taken
  }

  /** Returns blocks for reuse. */
  static free(blocks: readonly Buffer[]): void {
    used -= blocks.length
    for (const { buffer } of blocks) {
      if (spares.length === mostSpares) return
      spares.push(Buffer.from(buffer))
    }
  }
}
