import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfiguration } from '@haproxystats/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultLists } from '../../../packages/process/src/aggregate/metric-lists.ts'
import { Pipeline } from '../../../packages/process/src/aggregate/pipeline.ts'
import { LineEncoder } from '../../../packages/process/src/outputs/format/lines.ts'
import { linesEncoding } from '../../../packages/process/src/outputs/format/paths.ts'
import { makeSnapshot } from '../data/snapshots.ts'
import { csvParse } from '../harness/joints.ts'
import { plainLines } from './plain-way.ts'

let data: string
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'bench-data-'))
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

it.each([
  ['quiet', '2.6'],
  ['busy', '2.6'],
  ['busy', '3.2'],
] as const)(
  'the plain way makes the datapoints that haproxystats-process makes of objects: %s, %s',
  async (load, release) => {
    const { directory } = makeSnapshot(data, 'small', load, release)
    const files = readdirSync(directory).map((file) => join(directory, file))
    const plain = plainLines(files, 1_600_000_000, defaultLists, await csvParse('packages'))

    const configuration = parseConfiguration('[graphite]\nprefix-hostname = false\n')
    const events = { collision: () => undefined, unknownField: () => undefined, brokenField: () => undefined }
    const { tables } = new Pipeline(configuration.process, events).run({ path: directory })
    const encoder = new LineEncoder(linesEncoding(configuration).options)
    const { bytes } = encoder.encode(tables, 1_600_000_000)
    const lines = Buffer.from(bytes)
      .toString('latin1')
      .split(/(?<=\n)/)
    const ofObjects = lines.filter((line) => /\.(frontend|backend)\./.test(line))

    expect(plain.length).toBeGreaterThan(500)
    expect(ofObjects.sort()).toEqual([...plain].sort())
  },
)
