import { readFileSync } from 'node:fs'
import type { CsvParse } from '../harness/joints.ts'

/** Which fields of which kind, and how they are merged: the contract's part of the sums. */
export type Lists = Readonly<
  Record<'frontend' | 'backend' | 'server' | 'daemon', readonly { readonly name: string; readonly merge: string }[]>
>

const kinds: Readonly<Record<string, 'frontend' | 'backend' | 'server'>> = { 0: 'frontend', 1: 'backend', 2: 'server' }
const segment = (name: string) => name.replace(/[^A-Za-z0-9_:-]/g, '_')

interface Sums {
  readonly kind: 'frontend' | 'backend' | 'server'
  readonly values: Map<string, number>
  readonly counts: Map<string, number>
}

/**
 * The plain way to the same datapoints, as one writes it first: csv-parse, an object a row, a Map an object, a string a
 * datapoint. Returns the datapoints of frontends, backends and servers.
 */
export function plainLines(files: readonly string[], time: number, lists: Lists, csv: CsvParse): string[] {
  const objects = new Map<string, Sums>()
  for (const file of files) if (file.endsWith('_stat')) addAnswer(objects, readFileSync(file), lists, csv)
  const lines: string[] = []
  for (const [path, sums] of objects) {
    for (const { name, merge } of lists[sums.kind]) {
      const sum = sums.values.get(name)
      if (sum === undefined) continue
      const value = merge === 'sum' ? sum : sum / (sums.counts.get(name) as number)
      lines.push(`loadbalancers.haproxy.${path}.${name} ${value} ${time}\n`)
    }
    if (sums.kind === 'backend') {
      lines.push(`loadbalancers.haproxy.${path}.TotalServers ${serversOf(objects, path)} ${time}\n`)
    }
  }
  return lines
}

function addAnswer(objects: Map<string, Sums>, bytes: Buffer, lists: Lists, csv: CsvParse): void {
  const rows = csv.parse(bytes, {
    columns: (names: string[]) => names.map((name) => name.replace('# ', '')),
    relax_column_count: true,
    skip_empty_lines: true,
  })
  for (const row of rows) {
    const kind = kinds[row['type'] ?? '']
    if (kind === undefined) continue
    const path = pathOf(kind, row['pxname'] ?? '', row['svname'] ?? '')
    let sums = objects.get(path)
    if (sums === undefined) {
      sums = { kind, values: new Map(), counts: new Map() }
      objects.set(path, sums)
    }
    addRow(sums, row, lists)
  }
}

function addRow({ kind, values, counts }: Sums, row: Readonly<Record<string, string | undefined>>, lists: Lists): void {
  for (const { name, merge } of lists[kind]) {
    const cell = row[name]
    if (cell === undefined || (merge === 'mean-with-traffic' && (cell === '' || Number(row['stot']) === 0))) continue
    values.set(name, (values.get(name) ?? 0) + Number(cell))
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
}

function pathOf(kind: Sums['kind'], pxname: string, svname: string): string {
  if (kind === 'server') return `backend.${segment(pxname)}.server.${segment(svname)}`
  return `${kind}.${segment(pxname)}`
}

const counted = new WeakMap<ReadonlyMap<string, Sums>, Map<string, number>>()

/** How many servers a backend has. */
function serversOf(objects: ReadonlyMap<string, Sums>, path: string): number {
  let counts = counted.get(objects)
  if (counts === undefined) {
    counts = new Map()
    for (const [other, { kind }] of objects) {
      if (kind !== 'server') continue
      const backend = other.slice(0, other.indexOf('.server.'))
      counts.set(backend, (counts.get(backend) ?? 0) + 1)
    }
    counted.set(objects, counts)
  }
  return counts.get(path) ?? 0
}
