/** What delivery needs of the queue: snapshots by name, oldest first. All methods may reject with an error of the system. */
export interface Queue {
  pathOf(snapshot: string): string
  list(): Promise<string[]>
  /** The dispatchers that have a snapshot already. */
  deliveredTo(snapshot: string): Promise<ReadonlySet<string>>
  markDelivered(snapshot: string, dispatcher: string): Promise<void>
  /** Takes a snapshot that everybody has out of the queue. */
  remove(snapshot: string): Promise<void>
  /** Puts a snapshot that cannot be processed aside; where it is now. */
  setAside(snapshot: string, reason: string): Promise<string>
}
