import { describe, expect, it } from 'vitest'
import { recordedFile, releases } from '../../../../../test/support/recorded.ts'
import { snapshotView } from '../../../../../test/support/snapshot-view.ts'
import { renderJson, renderJsonInfo } from './json.ts'
import { chosenRows, parseRowChoice } from './row-choice.ts'
import { renderTyped, renderTypedInfo } from './typed.ts'

/** One of the newer releases has a fourth letter, and a few fields got other tags on the way. */
const line =
  /^(?<object>[FBLS])\.\d+\.\d+\.(?<position>\d+)\.(?<name>[^:]+)\.\d+:(?<tags>[A-Za-z]{3})[VP]?:(?<type>[a-z0-9]+):/

const linesOf = (text: string) =>
  text.split('\n').flatMap((one) => {
    const found = line.exec(one)?.groups
    return found === undefined ? [] : [{ ...found }]
  })

const newest = releases.at(-1)!
const wholeView = () => snapshotView({ lb1: newest })
const all = (view: ReturnType<typeof wholeView>) => chosenRows(view, parseRowChoice([]))

describe('typed values', () => {
  it('are of the types and tags that the newest release prints, at its positions', () => {
    const view = wholeView()
    const recorded = linesOf(recordedFile(`answers/${newest.name}/stat_typed.txt`).toString('latin1'))
    const kinds = (lines: ReturnType<typeof linesOf>) =>
      [...new Set(lines.map((found) => JSON.stringify(found)))].sort()
    const made = kinds(linesOf(renderTyped(view, all(view))))
    expect(made).toEqual(kinds(recorded))
    expect(made.length).toBeGreaterThan(200)
  })

  it('of show info too, but for the positions of what this one was built without', () => {
    const view = wholeView()
    const lines = (text: string) =>
      text.split('\n').map((one) => one.replace(/^\d+\.([^:]+:[A-Za-z]{3})[VP]?(:[a-z0-9]+):.*/s, '$1$2'))
    const recorded = recordedFile(`answers/${newest.name}/info_typed.txt`).toString('latin1').trim()
    expect(lines(renderTypedInfo(view.info).trim())).toEqual(lines(recorded))
  })
})

describe('JSON', () => {
  it('has a list for each row, of what typed values say', () => {
    const view = wholeView()
    const rows = JSON.parse(renderJson(view, all(view))) as {
      field: { name: string }
      value: { type: string; value: unknown }
    }[][]
    const typed = renderTyped(view, all(view)).trimEnd().split('\n')
    expect(rows.flat().length).toBe(typed.length)
    expect(rows.length).toBe(view.rows.length)
    expect(rows[0]?.[0]).toEqual({
      objType: 'Frontend',
      proxyId: 2,
      id: 0,
      field: { pos: 0, name: 'pxname' },
      processNum: 1,
      tags: { origin: 'Key', nature: 'Name', scope: 'Service' },
      value: { type: 'str', value: view.rows[0]?.pxname },
    })
    expect(JSON.parse(renderJsonInfo(view.info))[0]).toEqual({
      field: { pos: 0, name: 'Name' },
      processNum: 1,
      tags: { origin: 'Product', nature: 'Output', scope: 'Service' },
      value: { type: 'str', value: 'HAProxy' },
    })
  })
})
