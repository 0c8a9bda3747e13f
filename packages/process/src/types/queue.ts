import type { Fate } from '@haproxystats/core'

/** What delivery needs of the queue: snapshots by name, oldest first. All methods may reject with an error of the system. */
export interface Queue {
  pathOf(snapshot: string): string
  list(): Promise<string[]>
  /** What became of a snapshot at the dispatchers that are through with it, by their names. */
  fates(snapshot: string): Promise<ReadonlyMap<string, Fate>>
  mark(snapshot: string, dispatcher: string, fate: Fate): Promise<void>
  /**
   * Takes a snapshot that no dispatcher waits for out of the queue. Resolves with the error when it is out of it, and only
   * its files could not be deleted.
   */
  remove(snapshot: string): Promise<Error | undefined>
  /** Puts a snapshot that cannot be processed aside; where it is now. */
  quarantine(snapshot: string, reason: string): Promise<string>
}
