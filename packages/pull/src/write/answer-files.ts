import { type FileHandle, open, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type atMost,
  diskHint,
  type FileSeal,
  fileMode,
  infoSuffix,
  reasonOf,
  StatsError,
  sealOf,
  statSuffix,
  typedSuffix,
} from '@haproxystats/core'
import type { AnswerPart, AnswerSink } from '@haproxystats/haproxy'
import { Blocks } from './blocks.ts'

/** The parts of an answer, and the types of unknown columns beside them. */
type FilePart = AnswerPart | 'typed'

/** One file: what of it is still in memory, and its handle once it exists. */
interface Part {
  readonly path: string
  /** Only created when something is written to it. */
  readonly optional?: true
  readonly held: Blocks
  handle?: FileHandle
  seal?: FileSeal
}

/** Bytes of one answer in memory. */
interface Limits {
  /** With so many, writing begins. */
  readonly share: () => number
  /** With so many, or when all answers together hold too many, nothing more is taken until they are written. */
  readonly most: number
}

/**
 * The files of one source, usually two. Bytes are held in memory until there are many, then appended while more arrive; an
 * answer that fits is written once, by `finish`. `write` resolves when there is room for more.
 */
export class AnswerFiles implements AnswerSink {
  readonly #parts: Readonly<Record<FilePart, Part>>
  readonly #limits: Limits
  readonly #limited: ReturnType<typeof atMost>
  #held = 0
  #flushing: Promise<void> | undefined
  #failure: StatsError | undefined
  #size = 0

  /** `path` is that of the files, without suffix; `limited` bounds the files written at a time. */
  constructor(path: string, limits: Limits, limited: ReturnType<typeof atMost>) {
    this.#parts = {
      info: { path: path + infoSuffix, held: new Blocks(), optional: true },
      stat: { path: path + statSuffix, held: new Blocks() },
      typed: { path: path + typedSuffix, held: new Blocks(), optional: true },
    }
    this.#limits = limits
    this.#limited = limited
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
      // `finish` reports the failure.
      this.#flushing.catch(() => undefined)
    }
    if (crowded || this.#held >= this.#limits.most) return this.#flushing
  }

  /** Size and checksum of every file that was written, by its name. */
  get seals(): Record<string, FileSeal> {
    const sealed = Object.values(this.#parts).filter(({ seal }) => seal !== undefined)
    return Object.fromEntries(sealed.map(({ path, seal }) => [basename(path), seal as FileSeal]))
  }

  /** Writes what is held, syncs with `sync`, and closes all files; starts nothing more once `signal` has aborted. */
  async finish(sync: boolean, signal: AbortSignal): Promise<void> {
    await this.#flushing
    if (this.#failure !== undefined) throw this.#failure
    for (const part of Object.values(this.#parts)) {
      if (part.optional && part.held.isEmpty && part.handle === undefined) continue
      await this.#limited(async () => {
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

  /** As `abandon`, and removes the files: they are no part of the snapshot. */
  async remove(): Promise<void> {
    await this.abandon()
    for (const part of Object.values(this.#parts)) {
      delete part.seal
      await rm(part.path, { force: true })
    }
    this.#held = 0
    this.#size = 0
  }

  async #flush(): Promise<void> {
    try {
      for (const part of Object.values(this.#parts)) {
        if (part.held.isEmpty) continue
        this.#held -= await this.#limited(() => append(part))
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

/** Opens exclusively: an existing file is not ours. Returns the number of bytes written. */
async function append(part: Part): Promise<number> {
  part.handle ??= await open(part.path, 'wx', fileMode)
  const held = part.held.take()
  const size = held.reduce((sum, { length }) => sum + length, 0)
  if (size === 0) return 0
  try {
    const { bytesWritten } = await part.handle.writev(held)
    // Only another attempt reports why it wrote no more.
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
