import type { Socket } from 'node:net'
import { StatsError } from '@haproxystats/core'
import type { Source } from './sources.ts'

/**
 * So many questions may wait for workers of one master. A master takes 10 connections (not to be changed), and some have to be
 * left for its operator, for reloads, and for our own question which workers there are.
 */
const mostWaiting = 8

/**
 * Questions to workers that nobody has answered, kept open instead of being given up: HAProxy's master frees the place of a connection
 * that is closed before the worker has answered only when the worker answers (haproxy#3351, every release up to 3.5), so with
 * one such question in each pull nobody could ask the master any more after ten of them.
 */
export class HangingWorkers {
  /** When they were asked, in milliseconds of `performance.now`, by the text of the source. */
  readonly #asked = new Map<string, number>()

  /** Keeps a connection until the worker answers or is gone; then it is closed. Keeps no program from ending. */
  keep({ text }: Source, socket: Socket): void {
    this.#asked.set(text, performance.now())
    socket.once('close', () => this.#asked.delete(text))
    socket.unref()
  }

  /** Why a worker is not to be asked now; undefined when it may be. */
  refusal({ text }: Source): StatsError | undefined {
    const asked = this.#asked.get(text)
    if (asked === undefined) return undefined
    const seconds = Math.round((performance.now() - asked) / 1000)
    const message = `${text} has not answered the question of ${seconds} s ago, so it is not asked again: the worker is stopped or overloaded; its master keeps a place, of 10, for each question that was given up (haproxy#3351)`
    return new StatsError('SOURCE_TIMEOUT', message, { source: text, seconds })
  }

  /** How many workers of a master may be asked at the same time, so that its socket stays usable whatever they do. */
  placesOf(master: string): number {
    const hanging = [...this.#asked.keys()].filter((text) => text.startsWith(`${master} @!`)).length
    return Math.max(0, mostWaiting - hanging)
  }
}

/** For a worker that may not be asked because too many others of its master hang. */
export function withoutPlace({ text }: Source): StatsError {
  const message = `${text} was not asked: ${mostWaiting} other workers of its master do not answer, and with more questions nobody could use the master's socket any more (haproxy#3351); continue or end those workers`
  return new StatsError('SOURCE_TIMEOUT', message, { source: text })
}
