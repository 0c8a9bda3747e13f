import { askOverview, askRows, Refused } from '../api/ask.ts'
import { tableFields } from '../model/columns.ts'
import type { Knowledge } from '../model/knowledge.ts'
import { noRows, rowSet } from '../model/row.ts'

/** In milliseconds. */
const retry = { first: 1_000, most: 10_000 }

/** Intervals after which to ask though nobody told of a snapshot: whatever is between may swallow events. */
const patience = 1.5

/**
 * Keeps the newest snapshot. Told of by server-sent events, asked for when none come; asks nothing while nobody looks.
 */
export class Live {
  #knowledge: Knowledge = {
    ...{ overview: undefined, rows: noRows, answeredAt: 0, clockAhead: 0, lost: undefined, isTold: false },
  }
  readonly #listeners = new Set<() => void>()
  #events: EventSource | undefined
  #timer = 0
  #isAsking = false
  #askAgain = false
  #failures = 0

  get knowledge(): Knowledge {
    return this.#knowledge
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.#refresh()
    })
    window.addEventListener('online', () => void this.#refresh())
    this.#listen()
    void this.#refresh()
  }

  #listen(): void {
    const events = new EventSource('api/v1/events')
    this.#events = events
    events.addEventListener('open', () => this.#set({ isTold: true }))
    events.addEventListener('snapshot', () => void this.#refresh())
    events.addEventListener('error', () => {
      this.#set({ isTold: false })
      // It connects again by itself, unless the server refused: then when it answers questions again.
      if (events.readyState === EventSource.CLOSED) this.#events = undefined
      void this.#refresh()
    })
  }

  /** Asks for all that is shown, once at a time. */
  async #refresh(): Promise<void> {
    if (document.hidden && this.#knowledge.overview !== undefined) return this.#later(retry.most)
    this.#askAgain = this.#isAsking
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      await this.#ask()
      this.#failures = 0
    } catch (error) {
      this.#failures++
      const since = this.#knowledge.lost?.since ?? Date.now()
      this.#set({ lost: { since, why: error instanceof Refused ? error.message : 'nobody answers' } })
    } finally {
      this.#isAsking = false
    }
    if (this.#askAgain) return this.#refresh()
    this.#later(this.#pause())
  }

  async #ask(): Promise<void> {
    const overview = await askOverview()
    const clockAhead = overview.now - Date.now() / 1000
    const isNew = overview.snapshot !== null && overview.snapshot !== this.#knowledge.rows.snapshot
    const rows = isNew ? rowSet(await askRows(tableFields)) : this.#knowledge.rows
    this.#set({ overview, rows, clockAhead, answeredAt: Date.now(), lost: undefined })
    if (this.#events === undefined) this.#listen()
  }

  #pause(): number {
    if (this.#failures > 0) return Math.min(retry.most, retry.first * 2 ** (this.#failures - 1))
    const { overview, isTold } = this.#knowledge
    const interval = (overview?.interval ?? 10) * 1000
    return isTold ? interval * patience : Math.min(interval, 5_000)
  }

  #later(pause: number): void {
    window.clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => void this.#refresh(), pause)
  }

  #set(change: Partial<Knowledge>): void {
    this.#knowledge = { ...this.#knowledge, ...change }
    for (const listener of this.#listeners) listener()
  }
}
