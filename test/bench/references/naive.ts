// A naive program for the same datapoints: csv-parse, one object a row, one Map an object, one string a datapoint. It makes the
// datapoints of frontends, backends and servers.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ReferenceReply, type ReferenceRequest, sendAll } from './reference.ts'

interface CsvParse {
  parse(bytes: Buffer, options: Readonly<Record<string, unknown>>): Record<string, string | undefined>[]
}

type Kind = 'frontend' | 'backend' | 'server'
const kinds: Readonly<Record<string, Kind>> = { 0: 'frontend', 1: 'backend', 2: 'server' }

const common =
  'bin bout dresp hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other rate rate_max scur slim smax stot '
const times = ' qtime ctime rtime ttime'

/** The default fields of haproxystats 0.5.2. */
const fields: Readonly<Record<Kind, readonly string[]>> = {
  frontend: `${common}comp_byp comp_in comp_out comp_rsp conn_rate conn_rate_max conn_tot dcon dses dreq ereq \
intercepted rate_lim req_rate req_rate_max req_tot`.split(' '),
  backend: `${common}chkdown cli_abrt comp_byp comp_in comp_out comp_rsp downtime dreq econ eresp intercepted lbtot \
qcur qmax req_tot srv_abrt wredis wretr act bck weight${times}`.split(' '),
  server:
    `${common}chkdown chkfail cli_abrt econ eresp lbtot qcur qmax srv_abrt wredis wretr throttle weight${times}`.split(
      ' ',
    ),
}
/** Fields of which the mean is sent instead of the sum; of times the mean over the processes with sessions. */
const means = new Set(`act bck throttle weight${times}`.split(' '))
const timeFields = new Set(times.trim().split(' '))

interface Sums {
  readonly kind: Kind
  readonly values: Map<string, number>
  readonly counts: Map<string, number>
  servers: number
}

// Only the package haproxy depends on csv-parse.
const require = createRequire(resolve('packages/haproxy/package.json'))
const csv: CsvParse = await import(pathToFileURL(require.resolve('csv-parse/sync')).href)

process.on('message', async ({ files, time, port }: ReferenceRequest) => {
  const lines = linesOf(files, time)
  await sendAll(Buffer.from(lines.join(''), 'latin1'), port)
  process.send?.({ datapoints: lines.length } satisfies ReferenceReply)
})
process.send?.('ready')

function linesOf(files: readonly string[], time: number): string[] {
  const objects = new Map<string, Sums>()
  for (const file of files) if (file.endsWith('_stat')) addAnswer(objects, readFileSync(file))
  const lines: string[] = []
  for (const [path, { kind }] of objects) {
    const backend = kind === 'server' ? objects.get(path.slice(0, path.indexOf('.server.'))) : undefined
    if (backend !== undefined) backend.servers++
  }
  for (const [path, { kind, values, counts, servers }] of objects) {
    for (const name of fields[kind]) {
      const sum = values.get(name)
      if (sum === undefined) continue
      const value = means.has(name) ? sum / (counts.get(name) as number) : sum
      lines.push(`loadbalancers.haproxy.${path}.${name} ${value} ${time}\n`)
    }
    if (kind === 'backend') lines.push(`loadbalancers.haproxy.${path}.TotalServers ${servers} ${time}\n`)
  }
  return lines
}

function addAnswer(objects: Map<string, Sums>, bytes: Buffer): void {
  const rows = csv.parse(bytes, {
    columns: (names: string[]) => names.map((name) => name.replace('# ', '')),
    relax_column_count: true,
    skip_empty_lines: true,
  })
  for (const row of rows) {
    const kind = kinds[row['type'] ?? '']
    if (kind === undefined) continue
    const path = pathOf(kind, row['pxname'] ?? '', row['svname'] ?? '')
    const sums = objects.get(path) ?? { kind, values: new Map(), counts: new Map(), servers: 0 }
    objects.set(path, sums)
    addRow(sums, row)
  }
}

function addRow({ kind, values, counts }: Sums, row: Readonly<Record<string, string | undefined>>): void {
  for (const name of fields[kind]) {
    const cell = row[name]
    if (cell === undefined || (timeFields.has(name) && (cell === '' || Number(row['stot']) === 0))) continue
    values.set(name, (values.get(name) ?? 0) + Number(cell))
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
}

function pathOf(kind: Kind, proxy: string, server: string): string {
  const segment = (name: string) => name.replace(/[^A-Za-z0-9_:-]/g, '_')
  if (kind === 'server') return `backend.${segment(proxy)}.server.${segment(server)}`
  return `${kind}.${segment(proxy)}`
}
