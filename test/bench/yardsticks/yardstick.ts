/** A snapshot for a yardstick: its files, the sink, and how many bytes the programs make of it. */
export interface YardstickRequest {
  readonly files: readonly string[]
  readonly port: number
  readonly bytes: number
  readonly time: number
}

/** What a yardstick says when the sink has everything. */
export interface YardstickReply {
  readonly datapoints: number
}
