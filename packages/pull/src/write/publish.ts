import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  atMost,
  type Configuration,
  directoryMode,
  diskHint,
  fileMode,
  manifestName,
  type PullReport,
  reasonOf,
  renderManifest,
  StatsError,
  syncDirectory,
} from '@haproxystats/core'
import { AnswerFiles } from './answer-files.ts'

/** `workers` bounds the files written at a time; with `fsync` a published snapshot survives a power cut. */
export type DraftOptions = Pick<Configuration['pull'], 'dst-dir' | 'tmp-dst-dir' | 'buffer-limit' | 'workers' | 'fsync'>

/** With so many bytes in memory writing begins, before reading has to wait for it; and what one answer may hold in any case. */
const usuallyHeld = 1 * 1024 * 1024
const leastShare = 32 * 1024

/** What to do about errors of the system that are not the disk's. */
const hints: Record<string, string> = {
  EXDEV: 'tmp-dst-dir and dst-dir must be on one file system',
  EMFILE: 'too many open files; raise LimitNOFILE',
}

/**
 * An unfinished snapshot: a directory in `tmp-dst-dir` that is moved into the queue at once and complete, or not at all. All
 * errors are `SNAPSHOT_PUBLISH`. After any of them only `discard` may follow: nothing is written or synced twice, because a
 * second fsync may report success for bytes that the first has lost.
 */
export class SnapshotDraft {
  readonly name: string
  readonly #options: DraftOptions
  readonly #directory: string
  readonly #limited: ReturnType<typeof atMost>
  readonly #files: AnswerFiles[] = []
  #published = false

  private constructor(name: string, options: DraftOptions) {
    this.name = name
    this.#options = options
    this.#directory = join(options['tmp-dst-dir'], name)
    this.#limited = atMost(options.workers)
  }

  /** Makes the directory, which must not exist. */
  static async begin(name: string, options: DraftOptions): Promise<SnapshotDraft> {
    const draft = new SnapshotDraft(name, options)
    await draft.#step('could not be begun', () => mkdir(draft.#directory, { mode: directoryMode }))
    return draft
  }

  /** Whether it is in the queue, even if `publish` failed afterwards. */
  get published(): boolean {
    return this.#published
  }

  /** Bytes of one answer that are held in memory unless the disk is slow: fewer when there are many answers. */
  #share(): number {
    return Math.min(this.#options['buffer-limit'], Math.max(leastShare, usuallyHeld / this.#files.length))
  }

  /** The files of one source; `source` is their name. */
  answer(source: string): AnswerFiles {
    const limits = { share: () => this.#share(), most: this.#options['buffer-limit'] }
    const files = new AnswerFiles(join(this.#directory, source), limits, this.#limited)
    this.#files.push(files)
    return files
  }

  /** Publishes the given answers, all complete. Returns their size in bytes; stops before the rename if `signal` aborts. */
  async publish(
    answers: readonly AnswerFiles[],
    { signal, report }: { signal: AbortSignal; report?: PullReport },
  ): Promise<number> {
    const { 'dst-dir': queue, 'tmp-dst-dir': temporary, fsync } = this.#options
    await this.#step('could not be written', () => settled(answers.map((files) => files.finish(fsync, signal))))
    signal.throwIfAborted()
    await this.#step('could not be written', () => this.#seal(answers, report))
    signal.throwIfAborted()
    if (fsync) await this.#step('could not be synced', () => syncDirectory(this.#directory))
    const target = join(queue, this.name)
    await this.#step('could not be moved into the queue', async () => {
      signal.throwIfAborted()
      if (await isTaken(queue, this.name)) throw new Error(`${target} exists already`)
      await rename(this.#directory, target)
      this.#published = true
    })
    const doubtful = 'could not be synced after its move into the queue, and may not survive a power cut'
    if (fsync) await this.#step(doubtful, () => settled([syncDirectory(queue), syncDirectory(temporary)]))
    return answers.reduce((bytes, files) => bytes + files.size, 0)
  }

  /** Removes what is still in `tmp-dst-dir`. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#files.map((files) => files.abandon()))
    const remove = () => rm(this.#directory, { recursive: true, force: true })
    await this.#step('could not be removed again', remove)
  }

  /** Writes the manifest: the results of the pull, and size and checksum of every file, which reveal later damage. */
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

/** As `Promise.all`, but rejects only when all tasks are over. */
async function settled(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === 'rejected') throw result.reason
}

/** Whether anything at all has the name of this snapshot. */
export async function isTaken(directory: string, snapshot: string): Promise<boolean> {
  try {
    await lstat(join(directory, snapshot))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
