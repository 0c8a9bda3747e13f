import type { Configuration } from '@haproxystats/core'
import fc from 'fast-check'
import type { Receiver } from '../faults/harness/receiver.ts'
import { statFields } from '../faults/harness/shape.ts'
import { parseConfiguration } from '../support/configuration.ts'
import type { Places } from './published.ts'

/** What differs between sequences from their beginning on. */
export interface Setting {
  readonly queueFull: 'suspend' | 'drop-oldest'
  /** Bytes of an answer that are held in memory. */
  readonly bufferLimit: number
}

export const settings: fc.Arbitrary<Setting> = fc.record({
  queueFull: fc.constantFrom('suspend' as const, 'drop-oldest' as const),
  bufferLimit: fc.constantFrom(100, 6_291_456),
})

/** Seconds between two pulls. */
export const interval = 2

/** Snapshots that the queue may hold. */
export const queueSize = 4

interface Surroundings {
  readonly directory: string
  readonly places: Places
  readonly receiver: Receiver
}

/** Times are those of the world, so they cost nothing. */
export function configurationOf({ directory, places, receiver }: Surroundings, setting: Setting): Configuration {
  const fields = statFields.join(' ')
  return parseConfiguration(`
[paths]
base-dir = ${directory}
[pull]
socket-dir = ${places.sockets}
pull-interval = ${interval}
pull-timeout = 0
retries = 0
timeout = 1
buffer-limit = ${setting.bufferLimit}
queue-size = ${queueSize}
queue-full = ${setting.queueFull}
workers = 2
[process]
workers = 2
frontend-metrics = ${fields}
backend-metrics = ${fields}
server-metrics = ${fields}
[graphite]
port = ${receiver.port}
namespace = test
prefix-hostname = false
interval = 1
delay = 2
connect-timeout = 1
write-timeout = 1
commit-timeout = 3
[local-store]
dir = ${places.store}
`)
}
