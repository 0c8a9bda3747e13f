import { fetchOverview, fetchRows, ResponseError } from '../api/fetch.ts'
import { tableFields } from '../model/columns.ts'
import type { LiveData } from '../model/live-data.ts'
import { noRows, rowSet } from '../model/row.ts'

/** Milliseconds between retries. */
const retry = { first: 1_000, most: 10_000 }

/** Intervals after which to request without an event: a proxy may swallow events. */
const patience = 1.5

/** Keeps the newest snapshot: requested at every server-sent event, or polled without events; not while the page is hidden. */
export class Live {
  #data: LiveData = { overview: undefined, rows: noRows, clockAhead: 0, lost: undefined, hasEvents: false }
  readonly #listeners = new Set<() => void>()
  #events: EventSource | undefined
  #timer = 0
  #isRequesting = false
  #requestAgain = false
  #failures = 0

  get data(): LiveData {
    return this.#data
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
    events.addEventListener('open', () => this.#set({ hasEvents: true }))
    events.addEventListener('snapshot', () => void this.#refresh())
    events.addEventListener('error', () => {
      this.#set({ hasEvents: false })
      // It connects again by itself, unless the server refused; then after the next successful request.
      if (events.readyState === EventSource.CLOSED) this.#events = undefined
      void this.#refresh()
    })
  }

  /** Requests everything, one request at a time. */
  async #refresh(): Promise<void> {
    if (document.hidden && this.#data.overview !== undefined) return this.#later(retry.most)
    this.#requestAgain = this.#isRequesting
    if (this.#isRequesting) return
    this.#isRequesting = true
    try {
      await this.#request()
      this.#failures = 0
    } catch (error) {
      this.#failures++
      const since = this.#data.lost?.since ?? Date.now()
      this.#set({ lost: { since, why: error instanceof ResponseError ? error.message : 'no response' } })
    } finally {
      this.#isRequesting = false
    }
    if (this.#requestAgain) return this.#refresh()
    this.#later(this.#pause())
  }

  async #request(): Promise<void> {
    const overview = await fetchOverview()
    const clockAhead = overview.now - Date.now() / 1000
    const isNew = overview.snapshot !== null && overview.snapshot !== this.#data.rows.snapshot
    const rows = isNew ? rowSet(await fetchRows(tableFields)) : this.#data.rows
    this.#set({ overview, rows, clockAhead, lost: undefined })
    if (this.#events === undefined) this.#listen()
  }

  #pause(): number {
    if (this.#failures > 0) return Math.min(retry.most, retry.first * 2 ** (this.#failures - 1))
    const { overview, hasEvents } = this.#data
    const interval = (overview?.interval ?? 10) * 1000
    return hasEvents ? interval * patience : Math.min(interval, 5_000)
  }

  #later(pause: number): void {
    window.clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => void this.#refresh(), pause)
  }

  #set(change: Partial<LiveData>): void {
    this.#data = { ...this.#data, ...change }
    for (const listener of this.#listeners) listener()
  }
}
