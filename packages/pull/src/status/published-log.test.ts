import type { Logger } from '@haproxystats/core'
import { expect, it } from 'vitest'
import { PublishedLog } from './published-log.ts'

it('logs each snapshot at debug, and a summary now and then', () => {
  const lines: string[] = []
  const log = new PublishedLog({
    debug: (_: object, text: string) => void lines.push(`debug: ${text}`),
    info: (_: object, text: string) => void lines.push(`info: ${text}`),
  } as unknown as Logger)
  log.add({ slot: 10, answered: 1, failed: 1, bytes: 900, seconds: 0.02, queue: 1 })
  log.add({ slot: 20, answered: 2, failed: 0, bytes: 1800, seconds: 0.02, queue: 1 })
  expect(lines).toEqual([
    'debug: snapshot 10 is incomplete: 1 process read, without 1 that did not answer, 900 bytes in 0.02 s, 1 in the queue',
    'info: 1 snapshot published, 1 of them incomplete: 1 process read, 900 bytes, slowest 0.02 s, 1 in the queue',
    'debug: snapshot 20: 2 processes read, 1800 bytes in 0.02 s, 1 in the queue',
  ])
})
