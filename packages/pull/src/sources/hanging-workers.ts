import type { Socket } from 'node:net'
import { StatsError } from '@haproxystats/core'
import type { Source } from './source.ts'

/**
 * Queries that may wait for workers of one master. A master accepts 10 connections (not configurable), and some must be left
 * for its operator, for reloads, and for our own query for the list of workers.
 */
const mostWaiting = 8

/**
 * Connections to workers that do not answer, kept open: when a connection is closed before the worker has answered, HAProxy's
 * master frees its slot only when the worker answers (haproxy#3351, every release up to 3.5). With one such connection for
 * each pull, its socket would be unusable after ten of them.
 */
export class HangingWorkers {
  /** When they were queried, in milliseconds of `performance.now`, by the text of the source. */
  readonly #queried = new Map<string, number>()

  /** Keeps a connection until the worker answers or ends; then it is closed. Does not keep the program running. */
  keep({ text }: Source, socket: Socket): void {
    this.#queried.set(text, performance.now())
    socket.once('close', () => this.#queried.delete(text))
    socket.unref()
  }

  /** Why a worker must not be queried now; undefined when it may be. */
  refusal({ text }: Source): StatsError | undefined {
    const queried = this.#queried.get(text)
    if (queried === undefined) return undefined
    const seconds = Math.round((performance.now() - queried) / 1000)
    const message = `timeout: ${text} has not answered the query of ${seconds} s ago, so it is not queried again: the worker is stopped or overloaded; its master loses one of its 10 connections with each query that is given up (haproxy#3351)`
    return new StatsError('SOURCE_TIMEOUT', message, { source: text, seconds })
  }

  /** How many workers of a master may be queried at the same time, so that its socket stays usable whatever they do. */
  placesOf(master: string): number {
    const hanging = [...this.#queried.keys()].filter((text) => text.startsWith(`${master} @!`)).length
    return Math.max(0, mostWaiting - hanging)
  }
}

/** For a worker that is not queried because too many others of its master hang. */
export function withoutPlace({ text }: Source): StatsError {
  const message = `timeout: ${text} was not queried: ${mostWaiting} other workers of its master do not answer, and more queries would make the master's socket unusable (haproxy#3351); continue or end those workers`
  return new StatsError('SOURCE_TIMEOUT', message, { source: text })
}
