import { Random } from '../../faults/harness/random.ts'
import { type RowName, type RowWriter, rowWriter } from './row-writer.ts'
import type { Load, Release, Size } from './sizes.ts'
import { type Templates, templatesOf } from './templates.ts'

/** What to generate; equal recipes give equal bytes. */
export interface Recipe {
  readonly size: Size
  readonly load: Load
  readonly release: Release
  readonly seed: number
}

/** The answers of one process, each ending with its empty line. */
export interface ProcessAnswer {
  readonly source: string
  readonly info: Buffer
  readonly stat: Buffer
}

/** The answers of all processes, one at a time, so that only one of them is in memory. */
export function* answers(recipe: Recipe): Generator<ProcessAnswer> {
  const templates = templatesOf(recipe.release)
  for (let process = 1; process <= recipe.size.processes; process++) {
    const random = new Random(recipe.seed * 1009 + process)
    const stat = statAnswer(templates, recipe, random)
    yield { source: `haproxy${process}.sock`, info: infoAnswer(templates, recipe.load, process, random), stat }
  }
}

function statAnswer(templates: Templates, { size, load }: Recipe, random: Random): Buffer {
  const lines = [`# ${templates.names.join(',')},\n`]
  const write = (kind: 'frontend' | 'backend' | 'server') => rowWriter(templates, kind, load, random)
  const writers = { frontend: write('frontend'), backend: write('backend'), server: write('server') }
  for (const [writer, name] of rowNames(size, writers)) lines.push(writer(name))
  lines.push('\n')
  return Buffer.from(lines.join(''), 'latin1')
}

/** All rows in the order of HAProxy: frontends, then every backend behind its servers. */
function* rowNames(
  { frontends, backends, servers }: Size,
  writers: Readonly<Record<'frontend' | 'backend' | 'server', RowWriter>>,
): Generator<[RowWriter, RowName]> {
  const digits = (value: number, width: number) => String(value).padStart(width, '0')
  for (let index = 0; index < frontends; index++) {
    const pxname = `fe-${digits(index, 4)}.example.com`
    yield [writers.frontend, { pxname, svname: 'FRONTEND', iid: 2 + index, sid: 0 }]
  }
  for (let index = 0; index < backends; index++) {
    const number = digits(index, 4)
    const proxy = { pxname: `be-${number}.example.com`, iid: 2 + frontends + index }
    for (let sid = 1; sid <= servers; sid++) {
      yield [writers.server, { ...proxy, svname: `srv-${number}-${digits(sid, 2)}.dc1.example.com`, sid }]
    }
    yield [writers.backend, { ...proxy, svname: 'BACKEND', sid: 0 }]
  }
}

/** Fields of `show info` that are not 0 on a busy machine. */
const busyInfo = /^(Curr|Cum|ConnRate|MaxConn|SessRate|MaxSess|Ssl|MaxSsl|Compress|Tasks|Run_queue|Total|BytesOut|Idle)/

function infoAnswer({ info }: Templates, load: Load, process: number, random: Random): Buffer {
  const lines = info.split('\n').map((line) => {
    const [name = '', value = ''] = line.split(': ')
    if (name === 'Pid') return `Pid: ${1000 + process}`
    if (name === 'Stopping') return 'Stopping: 0'
    if (load === 'quiet' || !busyInfo.test(name) || !/^\d+$/.test(value)) return line
    return `${name}: ${name === 'Idle_pct' ? random.whole(1, 100) : random.whole(0, 10 ** random.whole(1, 10))}`
  })
  return Buffer.from(lines.join('\n'), 'latin1')
}
