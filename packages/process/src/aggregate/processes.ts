import { StatsError } from '@haproxystats/core/snapshot'
import { parseInfo } from '@haproxystats/haproxy/read'
import type { SourceFiles } from '../read/read-snapshot.ts'
import { infoWithoutAverages, isYoung } from '../read/startup-grace.ts'
import type { Process } from './daemon-tables.ts'

/** Processes, and the sources of those that were started just now. */
export interface Graced {
  readonly processes: readonly Process[]
  readonly young: ReadonlySet<string>
}

/** What a source says of its process; nothing when it did not answer `show info`. @throws ANSWER_MALFORMED */
export function processOf({ source, info }: SourceFiles): Process[] {
  if (info === undefined) return []
  return [{ source, info: naming(`${source}_info`, () => parseInfo(info)) }]
}

/** Processes without the averages of those that were started less than `grace` seconds ago, which are named. */
export function gracedProcesses(processes: readonly Process[], grace: number): Graced {
  const young = new Set(processes.filter(({ info }) => isYoung(info, grace)).map(({ source }) => source))
  if (young.size === 0) return { processes, young }
  const graced = processes.map(({ source, info }) => {
    return young.has(source) ? { source, info: infoWithoutAverages(info) } : { source, info }
  })
  return { processes: graced, young }
}

/** Says in which file a malformed answer is. */
export function naming<T>(file: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    throw new StatsError(error.code, `${file} ${error.message}`, { ...error.details, file }, error)
  }
}
