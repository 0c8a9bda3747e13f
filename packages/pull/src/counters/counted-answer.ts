import { StatsError } from '@haproxystats/core'
import { type AnswerPart, type ProcessCounters, readCounters } from '@haproxystats/haproxy'

/** Memory of answers that were read: new memory for every answer takes longer than copying into it. */
const spares: Buffer[] = []
const mostSpares = 64
/** Larger ones are left to the garbage collector, in bytes. */
const largestSpare = 32 * 1024 ** 2
const leastBytes = 64 * 1024

/** The bytes of one answer, copied while they come in, to read its counters when it is whole. */
export class CountedAnswer {
  readonly #parts: Record<AnswerPart, { bytes: Buffer; used: number }> = {
    info: { bytes: Buffer.alloc(0), used: 0 },
    stat: { bytes: spares.pop() ?? Buffer.alloc(0), used: 0 },
  }

  add(name: AnswerPart, bytes: Uint8Array): void {
    const part = this.#parts[name]
    const needed = part.used + bytes.length
    if (needed > part.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(leastBytes, Math.ceil(1.25 * needed)))
      larger.set(part.bytes.subarray(0, part.used))
      part.bytes = larger
    }
    part.bytes.set(bytes, part.used)
    part.used = needed
  }

  /** @throws ANSWER_MALFORMED, with the name of the source. */
  counters(source: string): ProcessCounters {
    const [info, stat] = (['info', 'stat'] as const).map((name) => {
      const { bytes, used } = this.#parts[name]
      return bytes.subarray(0, used)
    }) as [Buffer, Buffer]
    try {
      return readCounters(info, stat, source)
    } catch (error) {
      if (!(error instanceof StatsError)) throw error
      throw new StatsError(error.code, `the answer of ${source} ${error.message}`, { source }, error)
    }
  }

  /** Gives its memory back; nothing of the answer must be used then. */
  free(): void {
    const { stat } = this.#parts
    const keeps = stat.bytes.length > 0 && stat.bytes.length <= largestSpare && spares.length < mostSpares
    if (keeps) spares.push(stat.bytes)
    stat.bytes = Buffer.alloc(0)
  }
}
