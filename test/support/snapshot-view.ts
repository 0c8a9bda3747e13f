import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestName, type PullReport, renderManifest, sealOf } from '@haproxystats/core'
import { type Outputs, Pipeline } from '../../packages/process/src/aggregate/pipeline.ts'
import { readSources } from '../../packages/process/src/aggregate/single-source.ts'
import { SourceReader, type Sources } from '../../packages/process/src/http/live/source-reader.ts'
import type { View } from '../../packages/process/src/http/live/view.ts'
import { ViewReader } from '../../packages/process/src/http/live/view-reader.ts'
import { parseConfiguration } from './configuration.ts'

/** What one source of a snapshot answered, as bytes or a byte a character; any of it may be missing. */
export interface Answers {
  readonly info?: Uint8Array | string
  readonly stat?: Uint8Array | string
  readonly typed?: Uint8Array | string
}

/** Builds views of snapshots as a worker and the thread of [http] do together. */
export class ViewBuilder {
  readonly #pipeline: Pipeline
  readonly #reader = new ViewReader()
  readonly #outputs: Outputs

  constructor(options = '', outputs: Outputs = { tables: false, aggregate: true }) {
    const nothing = () => undefined
    const events = { collision: nothing, unknownField: nothing, brokenField: nothing }
    this.#pipeline = new Pipeline(parseConfiguration(`[process]\n${options}`).process, events)
    this.#outputs = outputs
  }

  build(path: string, snapshot: number): View {
    const excluded = { frontends: new Set<string>(), backends: new Set<string>() }
    const { aggregate } = this.#pipeline.run({ path, snapshot, excluded, outputs: this.#outputs })
    return this.#reader.read(structuredClone(aggregate!))
  }
}

/**
 * Writes a snapshot and builds its view. `_carried` is the source of counters of processes that ended; `pull` is what the
 * manifest says, which the snapshot has only then.
 */
export function snapshotView(
  sources: Readonly<Record<string, Answers>>,
  builder = new ViewBuilder(),
  snapshot = 1_700_000_000,
  pull?: PullReport,
): View {
  const path = mkdtempSync(join(tmpdir(), 'hs-view-'))
  try {
    const files = Object.entries(sources).flatMap(([source, answers]) =>
      Object.entries(answers).map(([kind, given]) => [`${source}_${kind}`, bytesOf(given)] as const),
    )
    for (const [name, bytes] of files) writeFileSync(join(path, name), bytes)
    const seals = Object.fromEntries(files.map(([name, bytes]) => [name, sealOf(bytes)]))
    if (pull !== undefined) writeFileSync(join(path, manifestName), renderManifest({ files: seals, pull }))
    return builder.build(path, snapshot)
  } finally {
    rmSync(path, { recursive: true })
  }
}

/** What the sources of a view say alone, when these are their answers to `show stat`, by their names. */
export function sourcesOf(answers: Readonly<Record<string, Uint8Array | string | undefined>>): Sources {
  const reader: SourceReader = new SourceReader(({ id, sources, wanted }) => {
    const stats = sources.map((source) => (answers[source] === undefined ? undefined : bytesOf(answers[source])))
    reader.answer(id, readSources(stats, wanted))
  })
  return reader
}

function bytesOf(given: Uint8Array | string): Buffer {
  return typeof given === 'string' ? Buffer.from(given, 'latin1') : Buffer.from(given)
}
