import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Place, parsePlace, printPlace, start } from './address.ts'
import { columns } from './columns.ts'
import { views } from './list.ts'

it('an address holds everything that is looked at, and reads well', () => {
  const place: Place = {
    ...{ view: 'servers', filter: 'down -app', open: 's:app/app1', range: 'day' },
    sorting: { column: 'rate', isDescending: true },
  }
  expect(printPlace(place)).toBe('#view=servers&filter=down+-app&sort=-rate&open=s:app/app1&range=day')
  expect(parsePlace(printPlace(place))).toEqual(place)
})

it('what is usual is not in it', () => {
  expect(printPlace(start)).toBe('#')
  expect(parsePlace('')).toEqual(start)
})

it('what it does not understand is as if it were not there', () => {
  expect(parsePlace('#view=x&sort=nothing&range=year&open=&__proto__=1&%')).toEqual(start)
})

it('every place comes back from its address', () => {
  const place = fc.record<Place>({
    view: fc.constantFrom(...views),
    filter: fc.string({ maxLength: 50 }),
    sorting: fc.option(
      fc.record({ column: fc.constantFrom(...columns.map(({ id }) => id)), isDescending: fc.boolean() }),
      { nil: undefined },
    ),
    open: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    range: fc.constantFrom('hour' as const, 'day' as const),
  })
  fc.assert(
    fc.property(place, (one) => {
      expect(parsePlace(printPlace(one))).toEqual(one)
    }),
  )
})
