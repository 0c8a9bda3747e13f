import { beforeEach, expect, test } from 'vitest'
import { type Condition, type Conditions, createConditions, Routine } from './log.ts'

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

test('tells of the first at once, and then once a minute of all since', () => {
  const routine = new Routine()
  const told = []
  for (let now = 1000; now <= 1130; now += 10) {
    const summary = routine.add(5, now === 1030 ? 2 : 1, now)
    if (summary !== undefined) told.push([now, summary])
  }
  expect(told).toEqual([
    [1000, { times: 1, amount: 5, slowest: 1, span: '' }],
    [1060, { times: 6, amount: 30, slowest: 2, span: ' in the last 60 s' }],
    [1120, { times: 6, amount: 30, slowest: 1, span: ' in the last 60 s' }],
  ])
})

test('tells of each where less than one a minute happens', () => {
  const routine = new Routine()
  expect([0, 300, 600].map((now) => routine.add(1, 1, now)?.times)).toEqual([1, 1, 1])
})
