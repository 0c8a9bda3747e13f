import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statAnswer } from '../../../../test/support/stat-answer.ts'
import { RowFinder } from './row-finder.ts'

const columns = ['pxname', 'svname', 'scur', 'type', 'last_chk']

describe('a row in an answer', () => {
  it('is found in any order, as it was printed, and nothing else is', () => {
    const text = fc.oneof(
      fc.constantFrom('', '"', 'a"b', ',', '\np1,s1,', '\np2,s2,9,2,",\n', '"\np3,s3,'),
      fc.string(),
    )
    const rows = fc.array(
      text.map((value) => value.replaceAll(/[^\x20-\x7e\n]/g, '')),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(rows, fc.array(fc.nat(9)), (texts, order) => {
        const answer = statAnswer(
          columns,
          texts.map((value, index) => [`p${index}`, `s${index}`, String(index), '2', value]),
        )
        const finder = new RowFinder(answer)
        for (const index of [...texts.keys(), ...order]) {
          const found = finder.find(`p${index}`, `s${index}`)
          const value = texts[index]
          if (value === undefined) expect(found).toBeUndefined()
          else expect([found?.get('scur'), found?.get('last_chk') ?? '']).toEqual([String(index), value])
        }
      }),
    )
  })
})
