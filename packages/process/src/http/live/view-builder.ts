import type { Configuration, PullReport } from '@haproxystats/core'
import { withoutAdditions } from '../../aggregate/additions.ts'
import { daemonTables, isStopping, type Process } from '../../aggregate/daemon-tables.ts'
import { ownTable } from '../../aggregate/own-metrics.ts'
import { type Graced, gracedProcesses, naming, processOf } from '../../aggregate/processes.ts'
import { ReadMemory, readSnapshot, type SourceFiles } from '../../read/read-snapshot.ts'
import { statWithoutAverages } from '../../read/startup-grace.ts'
import { type Table, type TableKind, tableKinds } from '../../types/table.ts'
import { columnsOf, type ViewColumns } from './columns.ts'
import { infoColumns, mergeInfo, readableInfo } from './merge-info.ts'
import { MergedRows } from './rows.ts'
import { shownNames } from './source-names.ts'
import type { View, ViewSource } from './view.ts'

/** A view keeps the answers it was made of. */
class NewMemory extends ReadMemory {
  override take(size: number): Uint8Array {
    return new Uint8Array(size)
  }
}

/** One source with its answer read. */
interface Answered extends SourceFiles {
  readonly bytes: Uint8Array | undefined
}

/** Builds views of one snapshot after the other; keeps what it learns of names and texts. */
export class ViewBuilder {
  readonly #settings: Pick<Configuration['process'], 'startup-grace'>
  #columns: ViewColumns | undefined
  #headers = ''
  #rows: MergedRows | undefined

  constructor(settings: Pick<Configuration['process'], 'startup-grace'>) {
    this.#settings = settings
  }

  /**
   * All that is in a snapshot, whatever the configuration leaves out for others.
   *
   * @param path the snapshot's directory.
   * @param snapshot its name: seconds since the epoch.
   * @param accounts own metrics that only the main thread knows.
   * @throws SNAPSHOT_INVALID or ANSWER_MALFORMED, naming the file, when it is not what haproxystats-pull writes; QUEUE_IO
   *   when it cannot be read.
   */
  build(path: string, snapshot: number, accounts: Readonly<Record<string, number>> = {}): View {
    let pull: PullReport | undefined
    const found = readSnapshot(path, new NewMemory(), (manifest) => {
      pull = manifest.pull
    }).map((files) => ({ ...files, bytes: files.stat?.read() }))
    const { sources: answered, additions } = withoutAdditions(found)
    const asPrinted = answered.flatMap(processOf).map(({ source, info }) => ({ source, info: readableInfo(info) }))
    const graced = gracedProcesses(asPrinted, this.#settings['startup-grace'])
    const infos = additions.flatMap(processOf).map(({ info }) => info)
    const names = shownNames(answered.map(({ source }) => source))
    const sources = answered.map((files, index) => sourceOf(files, names[index] as string, asPrinted))
    const { columns, rows } = this.#layout(answered)
    mergeStats(rows, { answered, additions, sources, graced })
    return {
      snapshot,
      sources,
      columns: columns.columns,
      columnOf: columns.columnOf,
      dash: columns.dash,
      ...rows.finish(),
      info: mergeInfo(
        graced.processes.map(({ info }) => info),
        infos,
      ),
      tables: [
        ...daemonTables(graced.processes, infoColumns, { carried: infos, percentages: true, perProcess: true }),
        own(answered, asPrinted.length, pull, accounts),
      ],
      pull,
    }
  }

  /** The columns and what is known of rows, which change only with the releases of HAProxy. */
  #layout(answered: readonly Answered[]): { columns: ViewColumns; rows: MergedRows } {
    const answers = answered.filter(({ bytes }) => bytes !== undefined)
    const typed = answered.flatMap((files) => files.typed ?? [])
    const headers = answers.map(({ bytes }) => firstLine(bytes as Uint8Array))
    const signature = JSON.stringify([
      [...new Set(headers)],
      typed.map((bytes) => Buffer.from(bytes).toString('latin1')),
    ])
    if (this.#columns === undefined || this.#rows === undefined || signature !== this.#headers) {
      for (const { source, bytes } of answers) naming(`${source}_stat`, () => columnsOf([bytes as Uint8Array], []))
      this.#columns = columnsOf(
        answers.map(({ bytes }) => bytes as Uint8Array),
        typed,
      )
      this.#rows = new MergedRows(this.#columns)
      this.#headers = signature
    }
    return { columns: this.#columns, rows: this.#rows }
  }
}

function firstLine(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.max(0, bytes.indexOf(0x0a))).toString('latin1')
}

function sourceOf({ source: file, bytes: stat }: Answered, name: string, processes: readonly Process[]): ViewSource {
  const info = processes.find(({ source }) => source === file)?.info
  return { name, info, stopping: info !== undefined && isStopping(info), stat }
}

/** Those that are not stopping first: beside them, the others have a say in counters only. */
function mergeStats(
  rows: MergedRows,
  given: {
    readonly answered: readonly Answered[]
    readonly additions: readonly Answered[]
    readonly sources: readonly ViewSource[]
    readonly graced: Graced
  },
): void {
  const { answered, additions, sources, graced } = given
  const stopping = (index: number) => Number(sources[index]?.stopping)
  rows.begin()
  for (const source of [...answered.keys()].sort((one, other) => stopping(one) - stopping(other))) {
    const { stat, stopping = false } = sources[source] ?? {}
    const file = answered[source]?.source ?? ''
    if (stat === undefined) continue
    const bytes = graced.young.has(file) ? statWithoutAverages(stat) : stat
    naming(`${file}_stat`, () => rows.merge(bytes, { source, stopping }))
  }
  for (const { source, bytes } of additions) {
    if (bytes === undefined) continue
    naming(`${source}_stat`, () => rows.merge(bytes, { source: undefined, stopping: true }))
  }
}

/** What the making of datapoints took is not known here. */
function own(
  answered: readonly Answered[],
  processesWithInfo: number,
  pull: PullReport | undefined,
  accounts: Readonly<Record<string, number>>,
): Table {
  const unknown = Number.NaN
  const missing = answered.filter(({ bytes }) => bytes === undefined).length
  const failed = pull?.sources.filter(({ result }) => result === 'failed').length ?? 0
  const making = {
    seconds: {
      haproxy: unknown,
      frontends: unknown,
      backends: unknown,
      servers: unknown,
      all: unknown,
      total: unknown,
    },
    datapoints: Object.fromEntries(tableKinds.map((kind) => [kind, unknown])) as Record<TableKind, number>,
    processes: answered.length - missing,
    processesWithInfo,
    processesFailed: missing + failed,
    serversSkipped: unknown,
    serversDropped: unknown,
    pull,
  }
  return ownTable(making, accounts)
}
