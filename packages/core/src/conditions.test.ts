import { beforeEach, expect, test } from 'vitest'
import { type Condition, type Conditions, createConditions } from './conditions.ts'

let logged: string[]
let conditions: Conditions

beforeEach(() => {
  logged = []
  const at = (level: string) => (fields: object, text: string) => {
    if (level !== 'debug') logged.push(`${level} ${text} ${JSON.stringify(fields)}`)
  }
  conditions = createConditions({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })
})

const condition = (kind: string, text: string): Condition => ({ level: 'warn', kind, text })

test('a condition is logged when it begins, and when it ends with how often it was met', () => {
  for (const bytes of [1, 2, 3]) conditions.begin('a', condition('slow', `slow after ${bytes} bytes`))
  for (const _ of [1, 2]) conditions.end('a', (times) => `fast again after ${times}`, { source: 'x' })
  expect(logged).toEqual(['warn slow after 1 bytes {}', 'info fast again after 3 {"source":"x","times":3}'])
})

test('another kind is logged, and counts on', () => {
  conditions.begin('a', condition('slow', 'slow'))
  conditions.begin('a', condition('gone', 'gone'))
  expect(conditions.kind('a')).toBe('gone')
  conditions.end('a', 'well')
  expect(logged).toEqual(['warn slow {}', 'warn gone {}', 'info well {"times":2}'])
})

test('keys are apart', () => {
  conditions.begin('source a', condition('slow', 'slow'))
  conditions.begin('source b', condition('slow', 'slow'))
  conditions.begin('queue', condition('full', 'full'))
  expect(conditions.keys('source ')).toEqual(['source a', 'source b'])
  expect(logged).toHaveLength(3)
})
