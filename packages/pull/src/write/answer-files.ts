import { type FileHandle, open, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  diskHint,
  type FileSeal,
  fileMode,
  infoSuffix,
  type Limiter,
  reasonOf,
  StatsError,
  sealOf,
  statSuffix,
  typedSuffix,
} from '@haproxystats/core'
import type { AnswerPart, AnswerSink } from '@haproxystats/haproxy'
import { Blocks } from '../query/blocks.ts'

/** The parts of an answer, and what HAProxy says of its fields beside them. */
export type FilePart = AnswerPart | 'typed'

/** One file to be: what of it is still in memory, and its handle once it is on disk. */
interface Part {
  readonly path: string
  /** Not made unless something is written to it. */
  readonly optional?: true
  readonly held: Blocks
  /** Whether there is something of it on the disk. */
  made?: true
  handle?: FileHandle
  seal?: FileSeal
}

/** How many bytes of one answer are held in memory. */
export interface Limits {
  /** With so many they begin to be written. */
  readonly share: () => number
  /** With so many nothing more is taken until they have been, nor when all answers together hold too much. */
  readonly most: number
}

/**
 * The files of one source, two as a rule. Bytes are held in memory until there are many, then appended while more come in; an
 * answer that fits is written once, by `finish`. `write` resolves when there is room for more.
 */
export class AnswerFiles implements AnswerSink {
  readonly #parts: Readonly<Record<FilePart, Part>>
  readonly #limits: Limits
  readonly #limiter: Limiter
  #held = 0
  #flushing: Promise<void> | undefined
  #failure: StatsError | undefined
  #size = 0

  /** `path` is that of the files, without suffix; `limiter` bounds how many files are written at a time. */
  constructor(path: string, limits: Limits, limiter: Limiter) {
    this.#parts = {
      info: { path: path + infoSuffix, held: new Blocks(), optional: true },
      stat: { path: path + statSuffix, held: new Blocks() },
      typed: { path: path + typedSuffix, held: new Blocks(), optional: true },
    }
    this.#limits = limits
    this.#limiter = limiter
  }

  /** Bytes of all files. */
  get size(): number {
    return this.#size
  }

  write(part: FilePart, bytes: Buffer): Promise<void> | void {
    const target = this.#parts[part]
    target.held.add(bytes)
    target.seal = sealOf(bytes, target.seal)
    this.#held += bytes.length
    this.#size += bytes.length
    const { crowded } = Blocks
    if (crowded || this.#held >= this.#limits.share()) {
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = undefined
      })
      // Who does not wait for it here hears of its failure at the end.
      this.#flushing.catch(() => undefined)
    }
    if (crowded || this.#held >= this.#limits.most) return this.#flushing
  }

  /** Size and checksum of every file that was written, by its name. */
  get seals(): Record<string, FileSeal> {
    const sealed = Object.values(this.#parts).filter(({ seal }) => seal !== undefined)
    return Object.fromEntries(sealed.map(({ path, seal }) => [basename(path), seal as FileSeal]))
  }

  /** Writes what is held, syncs if told, and closes all files; begins nothing more once `signal` has aborted. */
  async finish(sync: boolean, signal: AbortSignal): Promise<void> {
    await this.#flushing
    if (this.#failure !== undefined) throw this.#failure
    for (const part of Object.values(this.#parts)) {
      if (part.optional && part.held.isEmpty && part.handle === undefined) continue
      await this.#limiter(async () => {
        signal.throwIfAborted()
        await append(part)
        signal.throwIfAborted()
        if (sync) await part.handle!.sync()
        await close(part)
      })
    }
  }

  /** Forgets what is held and closes all files. */
  async abandon(): Promise<void> {
    await this.#flushing?.catch(() => undefined)
    for (const part of Object.values(this.#parts)) {
      Blocks.free(part.held.take())
      await close(part)
    }
  }

  /** As `abandon`, and removes what was written: it is no part of the snapshot. */
  async remove(): Promise<void> {
    await this.abandon()
    for (const part of Object.values(this.#parts)) {
      delete part.seal
      if (part.made) await rm(part.path, { force: true })
      delete part.made
    }
    this.#held = 0
    this.#size = 0
  }

  async #flush(): Promise<void> {
    try {
      for (const part of Object.values(this.#parts)) {
        if (part.held.isEmpty) continue
        this.#held -= await this.#limiter(() => append(part))
      }
    } catch (error) {
      const hint = diskHint(error)
      const text = `an answer could not be written: ${reasonOf(error)}${hint ? `; ${hint}` : ''}`
      const details = { errno: (error as NodeJS.ErrnoException).code }
      this.#failure = new StatsError('SNAPSHOT_PUBLISH', text, details, error)
      throw this.#failure
    }
  }
}

/** Opens exclusively: a file that is there already is not ours. Returns how many bytes it has written. */
async function append(part: Part): Promise<number> {
  part.handle ??= await open(part.path, 'wx', fileMode)
  part.made = true
  const held = part.held.take()
  const size = held.reduce((sum, { length }) => sum + length, 0)
  if (size === 0) return 0
  try {
    const { bytesWritten } = await part.handle.writev(held)
    // Only another attempt says why it took no more.
    if (bytesWritten < size) await part.handle.writeFile(Buffer.concat(held).subarray(bytesWritten))
  } finally {
    Blocks.free(held)
  }
  return size
}

async function close(part: Part): Promise<void> {
  const handle = part.handle
  delete part.handle
  await handle?.close()
}
