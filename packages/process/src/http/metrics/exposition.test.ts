import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExposition } from '../../../../../test/support/exposition.ts'
import { Exposition, type Format, labelBlock, lastLabel, plain } from './exposition.ts'
import type { Metric } from './metric.ts'

const bytes: Metric = { name: 'x_bytes_total', type: 'counter', help: 'Bytes "in" a \\ or\na line.' }
const temperature: Metric = { name: 'x_heat', type: 'gauge', help: 'Heat.' }
const odd: Metric = { name: 'x_failures', type: 'counter', help: 'Failures.' }

function write(format: Format): string {
  const exposition = new Exposition(format, 1)
  const www = labelBlock([['proxy', 'www']])
  exposition.begin(bytes)
  exposition.sample(www, lastLabel(['code', '2xx']), 18_446_744_073_709_551_615n)
  exposition.sample(www, plain, 9007199254740993n)
  exposition.begin(temperature)
  exposition.value(-1.5)
  exposition.begin({ name: 'x_nothing', type: 'gauge', help: 'Of which there is no sample.' })
  exposition.value(Number.NaN)
  exposition.value(Number.POSITIVE_INFINITY)
  exposition.begin(odd)
  exposition.value(-5)
  exposition.value(0)
  return exposition.finish().toString()
}

it('writes text as HAProxy does', () => {
  expect(write('text')).toBe(`# HELP x_bytes_total Bytes "in" a \\\\ or\\na line.
# TYPE x_bytes_total counter
x_bytes_total{proxy="www",code="2xx"} 18446744073709551615
x_bytes_total{proxy="www"} 9007199254740993
# HELP x_heat Heat.
# TYPE x_heat gauge
x_heat -1.5
# HELP x_failures Failures.
# TYPE x_failures counter
x_failures 0
`)
})

it('writes OpenMetrics', () => {
  expect(write('openmetrics')).toBe(`# TYPE x_bytes counter
# UNIT x_bytes bytes
# HELP x_bytes Bytes \\"in\\" a \\\\ or\\na line.
x_bytes_total{proxy="www",code="2xx"} 18446744073709551615
x_bytes_total{proxy="www"} 9007199254740993
# TYPE x_heat gauge
# HELP x_heat Heat.
x_heat -1.5
# TYPE x_failures unknown
# HELP x_failures Failures.
x_failures 0
# EOF
`)
})

it('writes an end even when there is nothing', () => {
  expect(new Exposition('text').finish().toString()).toBe('')
  expect(new Exposition('openmetrics').finish().toString()).toBe('# EOF\n')
})

describe('labels', () => {
  it('come back as they were, whatever is in them', () => {
    const given = fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(given, fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', '{', '}', ',') }), (names, last) => {
        const exposition = new Exposition('text', 1)
        exposition.begin(temperature)
        const different = [...new Set(names)]
        for (const name of different) exposition.sample(labelBlock([['proxy', name]]), lastLabel(['state', last]), 1)
        const [family] = parseExposition(exposition.finish().toString(), 'text')
        expect(family?.samples.map(({ labels }) => labels)).toEqual(different.map((proxy) => ({ proxy, state: last })))
      }),
    )
  })
})
