import { readdirSync } from 'node:fs'
import { type ParsedFamily, parseExposition } from '../support/exposition.ts'
import { recordedFile } from '../support/recorded.ts'
import { snapshotView as viewOf } from '../support/snapshot-view.ts'
import { answerMetrics } from './answer-metrics.ts'

/** What the exporter said about one process, and what we make of what that process said right before and right after. */
export interface Meeting {
  readonly exporter: readonly ParsedFamily[]
  readonly before: readonly ParsedFamily[]
  readonly after: readonly ParsedFamily[]
}

/** Our answer about one process. */
export function ours(info: Buffer | string, stat: Buffer | string, query = ''): ParsedFamily[] {
  return parseExposition(answerMetrics({ view: viewOf({ lb1: { info, stat } }) }, query).body, 'text')
}

/** The answer of an exporter, without the samples that have no value, and metrics of which nothing is left. */
export function exported(text: string): ParsedFamily[] {
  const blocks = text.split(/^(?=# HELP)/m).map((block) => block.replace(/^[^#\n]* NaN\n/gm, ''))
  return parseExposition(blocks.filter((block) => /^[^#]/m.test(block)).join(''), 'text')
}

/** The releases whose exporter is recorded. */
export const recordedExporters: readonly string[] = readdirSync(
  new URL('../fixtures/exporter', import.meta.url),
).filter((name) => /^\d/.test(name))

export function recordedMeeting(release: string): Meeting {
  const file = (name: string) => recordedFile(`exporter/${release}/${name}.txt`)
  const query = release.startsWith('3.0.') ? 'extra-counters' : 'extra-counters&desc-labels'
  // The lines with explanations are not recorded.
  const text = file('metrics')
    .toString()
    .replace(/^# TYPE (\S+) /gm, '# HELP $1 -\n$&')
  return {
    exporter: exported(text),
    before: ours(file('info'), file('stat'), query),
    after: ours(file('info_after'), file('stat_after'), query),
  }
}

/** Samples with their values, by name and labels. */
export function samplesOf(families: readonly ParsedFamily[]) {
  return new Map(
    families.flatMap(({ samples }) =>
      samples.map(
        ({ name, labels, value }) => [`${name}${JSON.stringify(labels)}`, { name, value: Number(value) }] as const,
      ),
    ),
  )
}
