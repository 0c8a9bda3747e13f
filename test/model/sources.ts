import { rm } from 'node:fs/promises'
import { FakeHaproxy } from '../faults/harness/fake-haproxy.ts'
import type { Answer, Shape } from '../faults/harness/shape.ts'

/** How one HAProxy process behaves; `at` is a position in its answer, in thousandths. */
export type Manner =
  | { readonly kind: 'whole' | 'header' | 'refuse' | 'gone' }
  | { readonly kind: 'cut' | 'stall'; readonly at: number }

/** A complete answer of one process. `serial` is the time of its values: no two answers have the same. */
export interface Said extends Answer {
  readonly process: number
  readonly serial: number
}

/** Whether a process listens, and how often that has changed. */
export interface Presence {
  readonly listens: boolean
  readonly changes: number
}

/** HAProxy processes on unix sockets in one directory. */
export class Sources {
  readonly shape: Shape
  /** All complete answers, the latest last. */
  readonly said: Said[] = []
  serial = 0
  readonly #all: readonly FakeHaproxy[]

  constructor(directory: string, shape: Shape) {
    this.shape = shape
    this.#all = shape.processes.map((process) => {
      const fake = new FakeHaproxy(directory, shape, process)
      fake.time = () => ++this.serial
      fake.answered = (answer, serial) => this.said.push({ ...answer, process, serial })
      return fake
    })
  }

  get presence(): Presence[] {
    return this.#all.map(({ listens, changes }) => ({ listens, changes }))
  }

  /** How many connections are left without a complete answer. */
  get stalled(): number {
    return this.#all.reduce((sum, { stalled }) => sum + stalled.size, 0)
  }

  async behave(process: number, manner: Manner): Promise<void> {
    const fake = this.#all[process] as FakeHaproxy
    const at = 'at' in manner ? manner.at / 1000 : 0
    const manners = { cut: { cutAt: at }, stall: { stallAt: at }, header: { headerOnly: true } } as const
    fake.manner = manner.kind in manners ? manners[manner.kind as keyof typeof manners] : {}
    if (manner.kind === 'refuse' || manner.kind === 'gone') fake.stop()
    else if (!fake.listens) await fake.listen()
    if (manner.kind === 'gone') await rm(fake.path, { force: true })
  }

  /** A new process takes the place of the old one, with another pid. */
  async reload(process: number): Promise<void> {
    await this.#all[process]?.reload()
  }

  /** All listen and answer. */
  async heal(): Promise<void> {
    for (const process of this.shape.processes) await this.behave(process, { kind: 'whole' })
  }

  async close(): Promise<void> {
    for (const process of this.shape.processes) await this.behave(process, { kind: 'gone' })
    for (const { stalled } of this.#all) for (const socket of stalled) socket.destroy()
  }
}
