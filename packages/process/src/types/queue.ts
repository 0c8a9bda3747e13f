import type { Fate } from '@haproxystats/core'

/** What delivery needs of the queue: snapshots by name, oldest first. All methods may reject with an error of the system. */
export interface Queue {
  pathOf(snapshot: string): string
  list(): Promise<string[]>
  /** What became of a snapshot at the outputs that are done with it, by their names. */
  fates(snapshot: string): Promise<ReadonlyMap<string, Fate>>
  mark(snapshot: string, output: string, fate: Fate): Promise<void>
  /**
   * Takes a snapshot that no output waits for out of the queue. Resolves with the error when it is out of it, and only its
   * files could not be deleted.
   */
  remove(snapshot: string): Promise<Error | undefined>
  /** Moves a snapshot that cannot be processed to quarantine; resolves with its path there. */
  quarantine(snapshot: string, reason: string): Promise<string>
}
