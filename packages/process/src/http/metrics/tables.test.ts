import { type Field, infoCounters, infoFields, moduleFields, statCounters, statFields } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { rowMetrics } from '../../aggregate/derived/row-metrics.ts'
import { spreadMetrics } from '../../aggregate/derived/spread-metrics.ts'
import { rowKinds } from '../live/view.ts'
import { derivedNames, spreadNames } from './derived-names.ts'
import { infoFieldsWithout, infoMetrics, infoTexts } from './info-metrics.ts'
import type { Metric } from './metric.ts'
import { ownMetrics } from './render-own.ts'
import { extraMetrics, statFieldsWithout, statMetrics, statMetricsOf, statName } from './stat-metrics.ts'
import { countMetrics, stateMetrics } from './states.ts'

const gauge = { type: 'gauge' } as const

/** Every metric there can be; of those with several columns, each. */
const all: readonly (Metric & { readonly label?: readonly [string, string] })[] = [
  ...rowKinds.flatMap((kind) => [
    ...statMetricsOf(kind, true).map((metric) => ({ ...metric, name: statName(kind, metric) })),
    ...stateMetrics
      .filter(({ kinds }) => kinds.includes(kind))
      .map(({ name, help }) => ({ ...gauge, name: `haproxy_${kind}_${name}`, help })),
  ]),
  ...countMetrics.map(({ name, help }) => ({ ...gauge, name: `haproxy_backend_${name}`, help })),
  ...[...infoMetrics, ...infoTexts.map((text) => ({ ...gauge, ...text, label: undefined }))].map(
    ({ name, help, type }) => ({ name: `haproxy_process_${name}`, help, type }),
  ),
  ...[...derivedNames, ...spreadNames].map((metric) => ({ ...gauge, ...metric })),
  ...ownMetrics,
]

describe('every metric', () => {
  it('has a name of its own, or a label that tells it apart', () => {
    const names = all.map(({ name, label }) => `${name} ${label ?? ''}`)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('has one type and one help for its name', () => {
    const said = new Map(all.map(({ name, type, help }) => [name, `${type} ${help}`]))
    expect(
      all.filter(({ name, type, help, label }) => label?.[0] !== 'mod' && said.get(name) !== `${type} ${help}`),
    ).toEqual([])
  })

  it('stays apart from others in OpenMetrics, where a counter is called without _total', () => {
    const family = ({ name, type }: Metric) => (type === 'counter' ? name.replace(/_total$/, '') : name)
    const owners = new Map<string, Set<string>>()
    for (const metric of all) {
      owners.set(family(metric), (owners.get(family(metric)) ?? new Set()).add(metric.name))
    }
    expect([...owners.values()].filter((names) => names.size > 1)).toEqual([])
  })

  it('is named and explained as Prometheus wants it', () => {
    for (const { name, help } of all) {
      expect(name).toMatch(/^haproxy(stats)?_[a-z0-9_]+$/)
      expect(help, name).toMatch(/^\S.*\.$/)
    }
  })
})

describe('every field', () => {
  const known = new Set([...statMetrics, ...extraMetrics].map(({ field }) => field))

  it('of show stat is a metric, or it is said why not', () => {
    const fields = [...statFields, ...moduleFields].map(({ name }) => name)
    expect(fields.filter((name) => known.has(name) === Object.hasOwn(statFieldsWithout, name))).toEqual([])
  })

  it('of show info is a metric, or it is said why not', () => {
    const metrics = new Set(infoMetrics.map(({ field }) => field))
    const fields = infoFields.map(({ name }) => name)
    expect(fields.filter((name) => metrics.has(name) === Object.hasOwn(infoFieldsWithout, name))).toEqual([])
  })

  it('is given to the kinds of rows that HAProxy has it for', () => {
    const letters = (text: string) => [...text].sort().join('')
    const wrong = [...statMetrics, ...extraMetrics].filter(({ field, kinds }) => {
      const { objects } = [...statFields, ...moduleFields].find(({ name }) => name === field)!
      return letters(kinds) !== letters(objects)
    })
    expect(wrong.map(({ field }) => field)).toEqual([])
  })

  it('in milliseconds becomes seconds', () => {
    const unit = (fields: readonly Field[], wanted: string) => fields.find(({ name }) => name === wanted)?.unit
    for (const { field, divide, name } of statMetrics) {
      expect([name, divide === 1000]).toEqual([name, unit(statFields, field) === 'ms'])
    }
    for (const { field, divide, name } of infoMetrics) {
      expect([name, divide === 1000]).toEqual([name, unit(infoFields, field) === 'ms'])
    }
  })
})

it('the derived metrics are there by their names', () => {
  expect(derivedNames.map(({ of }) => of).sort()).toEqual(rowMetrics.map(({ name }) => name).sort())
  expect(spreadNames.map(({ of }) => of).sort()).toEqual(spreadMetrics.map(({ name }) => name).sort())
})

describe('what is served as a counter', () => {
  const carried = new Set([...statCounters, ...infoCounters])

  it('is carried over when a process is restarted, unless it is one by name only', () => {
    const ofRows = [...statMetrics, ...extraMetrics].map((metric) => {
      const field = [...statFields, ...moduleFields].find(({ name }) => name === metric.field) as Field
      // HAProxy's exporter calls gauges of modules counters, too.
      return { ...metric, byNameOnly: field.misdeclared === true || field.nature === 'gauge' }
    })
    const ofProcesses = infoMetrics.map((metric) => ({
      ...metric,
      byNameOnly: metric.help.includes('HAProxy calls a counter'),
    }))
    const falling = [...ofRows, ...ofProcesses].filter(({ type, field, byNameOnly }) => {
      return type === 'counter' && !carried.has(field) && !byNameOnly
    })
    expect(falling.map(({ field }) => field)).toEqual([])
  })
})
