import { infoFieldByName, statFieldByName } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { defaultLists, type ListedField } from './metric-lists.ts'

const lists = Object.entries(defaultLists) as [string, readonly ListedField[]][]

describe.each(lists)('the default list of %s', (kind, list) => {
  const fieldByName = kind === 'daemon' ? infoFieldByName : statFieldByName

  it('has each field once', () => {
    const names = list.map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('has fields of HAProxy that are numbers', () => {
    for (const { name } of list) expect(fieldByName.get(name)?.type, name).toMatch(/^[suf]\d*(32|64|lt)$/)
  })

  it('sums no percentage and no average', () => {
    const summed = list.filter(({ merge }) => merge === 'sum').map(({ name }) => fieldByName.get(name)!)
    expect(summed.filter(({ unit, nature }) => unit === 'percent' || nature === 'average')).toEqual([])
  })
})
