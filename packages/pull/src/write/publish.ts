import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  atMost,
  directoryMode,
  diskHint,
  fileMode,
  type Limiter,
  manifestName,
  type PullReport,
  reasonOf,
  renderManifest,
  StatsError,
  syncDirectory,
} from '@haproxystats/core'
import { isTaken } from '../queue/queue-directory.ts'
import { AnswerFiles } from './answer-files.ts'

export interface DraftOptions {
  readonly queue: string
  readonly temporary: string
  /** Bytes of one answer held in memory before they are written. */
  readonly bufferLimit: number
  /** Files written at a time. */
  readonly workers: number
  /** Whether a published snapshot survives a power cut. */
  readonly fsync: boolean
}

/** With so many bytes in memory answers begin to be written, so that nothing has to wait for it; what one may hold in any case. */
const usuallyHeld = 1 * 1024 * 1024
const leastShare = 32 * 1024

/** What to do about errors of the system that are not the disk's, for the log. */
const hints: Record<string, string> = {
  EXDEV: 'tmp-dst-dir and dst-dir must be on one file system',
  EMFILE: 'too many open files; raise LimitNOFILE',
}

/**
 * A snapshot in the making: a directory of its own in `tmp-dst-dir`, in the queue at once and whole, or nowhere. All
 * errors are `SNAPSHOT_PUBLISH`. After any of them only `discard` is left to do: nothing is written or synced twice,
 * because a second fsync may claim success for bytes that the first has lost.
 */
export class SnapshotDraft {
  readonly name: string
  readonly #options: DraftOptions
  readonly #directory: string
  readonly #limiter: Limiter
  readonly #files: AnswerFiles[] = []
  #published = false

  private constructor(name: string, options: DraftOptions) {
    this.name = name
    this.#options = options
    this.#directory = join(options.temporary, name)
    this.#limiter = atMost(options.workers)
  }

  /** Makes the directory, which must not be there. */
  static async begin(name: string, options: DraftOptions): Promise<SnapshotDraft> {
    const draft = new SnapshotDraft(name, options)
    await draft.#step('could not be begun', () => mkdir(draft.#directory, { mode: directoryMode }))
    return draft
  }

  /** Whether it is in the queue, even if `publish` failed afterwards. */
  get published(): boolean {
    return this.#published
  }

  /** How much of one answer is held in memory unless the disk is slow: less when there are many. */
  #share(): number {
    return Math.min(this.#options.bufferLimit, Math.max(leastShare, usuallyHeld / this.#files.length))
  }

  /** Where the answer of one source goes; `source` is the name of its files. */
  answer(source: string): AnswerFiles {
    const limits = { share: () => this.#share(), most: this.#options.bufferLimit }
    const files = new AnswerFiles(join(this.#directory, source), limits, this.#limiter)
    this.#files.push(files)
    return files
  }

  /** Publishes the given answers, all complete, with what came of asking for them. Returns their size in bytes; stops before the rename if `signal` aborts. */
  async publish(
    answers: readonly AnswerFiles[],
    { signal, report }: { signal: AbortSignal; report?: PullReport },
  ): Promise<number> {
    const { queue, temporary, fsync } = this.#options
    await this.#step('could not be written', () => settled(answers.map((files) => files.finish(fsync, signal))))
    signal.throwIfAborted()
    await this.#step('could not be written', () => this.#seal(answers, report))
    signal.throwIfAborted()
    if (fsync) await this.#step('could not be synced', () => syncDirectory(this.#directory))
    const target = join(queue, this.name)
    await this.#step('could not be moved into the queue', async () => {
      signal.throwIfAborted()
      if (await isTaken(queue, this.name)) throw new Error(`${target} is there already`)
      await rename(this.#directory, target)
      this.#published = true
    })
    const doubtful = 'is in the queue, but may not survive a power cut, because the move could not be synced'
    if (fsync) await this.#step(doubtful, () => settled([syncDirectory(queue), syncDirectory(temporary)]))
    return answers.reduce((bytes, files) => bytes + files.size, 0)
  }

  /** Removes whatever of the draft is still in `tmp-dst-dir`. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#files.map((files) => files.abandon()))
    const remove = () => rm(this.#directory, { recursive: true, force: true })
    await this.#step('could not be removed again', remove)
  }

  /** Says what came of the pull, and what was written, so that what the disk makes of it later cannot pass for it. */
  async #seal(answers: readonly AnswerFiles[], pull: PullReport | undefined): Promise<void> {
    const files = Object.assign({}, ...answers.map(({ seals }) => seals))
    const handle = await open(join(this.#directory, manifestName), 'wx', fileMode)
    try {
      await handle.writeFile(renderManifest({ files, ...(pull && { pull }) }))
      if (this.#options.fsync) await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async #step<T>(what: string, task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? ''
      const hint = diskHint(error) ?? hints[errno]
      const text = `snapshot ${this.name} ${what}: ${reasonOf(error)}${hint ? `; ${hint}` : ''}`
      throw new StatsError('SNAPSHOT_PUBLISH', text, { snapshot: this.name, errno }, error)
    }
  }
}

/** Like `Promise.all`, but nothing is still going on when it rejects. */
async function settled(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === 'rejected') throw result.reason
}
