import { atMost } from '@haproxystats/core'
import type { SourceResult, SourceWanted } from '../../types/work.ts'
import type { View } from './view.ts'
import { ViewReader } from './view-reader.ts'

/** How long an answer may take, in milliseconds. */
const patience = 10_000

/** A row as one process printed it: its cells that are not empty, by column. */
type Cells = ReadonlyMap<string, string>

/** What the processes of a view say, each alone. All reject when that cannot be had now. */
export interface Sources {
  /** The answer to `show stat` as the process printed it. */
  bytes(view: View, source: number): Promise<Uint8Array>
  /** The same as a view, with its `show info`. */
  view(view: View, source: number): Promise<View>
  /** A row as some processes printed it; `undefined` for those that do not have it. */
  row(view: View, sources: readonly number[], names: { pxname: string; svname: string }): Promise<(Cells | undefined)[]>
}

/** What the main thread is asked for. */
export interface SourceRequest {
  readonly id: number
  readonly snapshot: number
  /** As in the names of files. */
  readonly sources: readonly string[]
  readonly wanted: SourceWanted
}

/** Asks for what single sources say, one at a time, as workers have other things to do. */
export class SourceReader implements Sources {
  readonly #send: (request: SourceRequest) => void
  readonly #inTurn = atMost(1)
  readonly #waiting = new Map<number, (result: SourceResult) => void>()
  #last = 0

  constructor(send: (request: SourceRequest) => void) {
    this.#send = send
  }

  async bytes(view: View, source: number): Promise<Uint8Array> {
    const { bytes } = await this.#request(view, [source], { as: 'bytes' })
    if (bytes === undefined) throw new TypeError('bytes were asked for')
    return bytes
  }

  async view(view: View, index: number): Promise<View> {
    const { aggregate } = await this.#request(view, [index], { as: 'aggregate' })
    const source = view.sources[index]
    if (aggregate === undefined || source === undefined) throw new TypeError('an aggregate was asked for')
    const alone = new ViewReader().read(aggregate)
    return { ...alone, snapshot: view.snapshot, sources: [source], info: source.info ?? new Map(), pull: view.pull }
  }

  async row(
    view: View,
    sources: readonly number[],
    names: { readonly pxname: string; readonly svname: string },
  ): Promise<(Cells | undefined)[]> {
    const { rows = [] } = await this.#request(view, sources, { as: 'row', ...names })
    return [...rows]
  }

  /** The main thread has answered. */
  answer(id: number, result: SourceResult): void {
    this.#waiting.get(id)?.(result)
  }

  async #request({ snapshot, sources }: View, indexes: readonly number[], wanted: SourceWanted): Promise<SourceResult> {
    const id = ++this.#last
    const files = indexes.map((index) => sources[index]?.file ?? '')
    const result = await this.#inTurn(() => this.#exchange({ id, snapshot, sources: files, wanted }))
    if (result.failure !== undefined) throw new Error(result.failure)
    return result
  }

  async #exchange(request: SourceRequest): Promise<SourceResult> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<SourceResult>((resolve) => {
        this.#waiting.set(request.id, resolve)
        timer = setTimeout(() => resolve({ failure: `it took longer than ${patience / 1000} s` }), patience)
        this.#send(request)
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(request.id)
    }
  }
}
