import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { statFieldByName } from './index.ts'
import { learnFields, mergeOfLearnt } from './tags.ts'

it('learns every field of a recorded answer, of the nature that the table has', () => {
  for (const release of ['1.7.0', '3.4.0']) {
    const answer = readFileSync(
      new URL(`../../../../test/fixtures/answers/${release}/stat_typed.txt`, import.meta.url),
      'latin1',
    )
    const learnt = learnFields(answer)
    expect(learnt.size).toBeGreaterThan(60)
    for (const { name, nature, text } of learnt.values()) {
      const field = statFieldByName.get(name)
      expect(field, name).toBeDefined()
      expect(text, name).toBe(field?.type === 'str')
      if (nature !== undefined && field?.nature !== nature)
        expect(['act', 'bck', 'weight', 'srid', 'status'], name).toContain(name)
    }
  }
})

it('takes nothing from lines of another form', () => {
  const lines = ['# pxname,svname', 'Unknown command', 'F.2.0.1.__proto__.1:MGP:u32:1', 'x.F.2.0.1.a.1:MGP:u32:1', '']
  expect([...learnFields(lines.join('\n')).keys()]).toEqual(['__proto__'])
})

it('merges by nature, and keys and texts not at all', () => {
  const mergeOf = (tags: string, type = 'u32') => mergeOfLearnt(learnFields(`F.2.0.1.x.1:${tags}:${type}:1`).get('x')!)
  expect([mergeOf('MCP'), mergeOf('MGPV'), mergeOf('CLP'), mergeOf('MaP')]).toEqual(['sum', 'sum', 'limit', 'mean'])
  expect([mergeOf('MDP'), mergeOf('MAP'), mergeOf('MMP'), mergeOf('MTP')]).toEqual(['max', 'min-age', 'peak', 'none'])
  expect([mergeOf('KNS'), mergeOf('SGP', 'str'), mergeOf('MZP')]).toEqual(['none', 'none', 'none'])
})
