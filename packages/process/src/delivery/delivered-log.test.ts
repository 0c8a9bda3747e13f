import type { Logger } from '@haproxystats/core'
import { expect, it } from 'vitest'
import { DeliveredLog } from './delivered-log.ts'

it('logs each snapshot at debug, and a summary now and then', () => {
  const lines: string[] = []
  const log = new DeliveredLog({
    debug: (_: object, text: string) => void lines.push(`debug: ${text}`),
    info: (_: object, text: string) => void lines.push(`info: ${text}`),
  } as unknown as Logger)
  log.add({ snapshot: 10, processes: 1, datapoints: 1, seconds: 0.5, queue: 0 })
  log.add({ snapshot: 20, processes: 2, datapoints: 410, seconds: 0.1, queue: 1 })
  log.add({ snapshot: 30, processes: 1, datapoints: 0, seconds: 0.1, queue: 0 })
  expect(lines).toEqual([
    'debug: snapshot 10: 1 datapoint of 1 process delivered in 0.5 s',
    'info: 1 snapshot delivered: 1 datapoint of 1 process, slowest 0.5 s, 0 waiting',
    'debug: snapshot 20: 410 datapoints of 2 processes delivered in 0.1 s',
    'debug: snapshot 30: 1 process delivered in 0.1 s',
  ])
})
