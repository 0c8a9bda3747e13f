import { silentLogger } from '@haproxystats/core/program'
import { beforeEach, expect, test } from 'vitest'
import { type Changes, createChanges, type Trouble } from './changes.ts'

let said: string[]
let changes: Changes

beforeEach(() => {
  said = []
  const log = silentLogger()
  for (const level of ['info', 'warn', 'error'] as const) {
    log[level] = (fields: unknown, text?: string) => {
      said.push(`${level} ${text} ${JSON.stringify(fields)}`)
    }
  }
  changes = createChanges(log)
})

const trouble = (kind: string, text: string): Trouble => ({ level: 'warn', kind, text })

test('a trouble is said once, and its end with how often it was met', () => {
  for (const bytes of [1, 2, 3]) changes.begin('a', trouble('slow', `slow after ${bytes} bytes`))
  for (const _ of [1, 2]) changes.end('a', (times) => `fast again after ${times}`, { source: 'x' })
  expect(said).toEqual(['warn slow after 1 bytes {}', 'info fast again after 3 {"source":"x","times":3}'])
})

test('another kind of trouble is said, and counts on', () => {
  changes.begin('a', trouble('slow', 'slow'))
  changes.begin('a', trouble('gone', 'gone'))
  expect(changes.kind('a')).toBe('gone')
  changes.end('a', () => 'well')
  expect(said).toEqual(['warn slow {}', 'warn gone {}', 'info well {"times":2}'])
})

test('keys are apart', () => {
  changes.begin('source a', trouble('slow', 'slow'))
  changes.begin('source b', trouble('slow', 'slow'))
  changes.begin('queue', trouble('full', 'full'))
  expect(changes.keys('source ')).toEqual(['source a', 'source b'])
  expect(said).toHaveLength(3)
})
