import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is read of a file of `node --cpu-prof`. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[]
}

/** Self time of one function. */
export interface SelfTime {
  readonly where: string
  readonly milliseconds: number
  /** Of all time that was not idle, from 0 to 1. */
  readonly share: number
}

/** The functions of one profile in which most time was spent, the first first. */
export function selfTimes({ nodes, samples, timeDeltas }: Profile): SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  samples.forEach((id, index) => {
    const name = names.get(id) as string
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] as number) / 1000)
  })
  const all = [...times.values()].reduce((sum, time) => sum + time, 0)
  return [...times]
    .map(([where, milliseconds]) => ({ where, milliseconds, share: milliseconds / all }))
    .sort((one, other) => other.milliseconds - one.milliseconds)
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName || '(anonymous)'
  if (url === '') return name
  const file = url.startsWith('file:') ? basename(fileURLToPath(url)) : url
  return `${name} ${file}:${lineNumber + 1}`
}

/** Where the time went, thread by thread, of the profiles in a directory: so many lines of each, the busiest thread first. */
export function profileText(directory: string, lines = 15): string {
  const threads = readdirSync(directory)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => ({ file, times: selfTimes(JSON.parse(readFileSync(join(directory, file), 'utf8'))) }))
    .map((thread) => ({ ...thread, all: thread.times.reduce((sum, { milliseconds }) => sum + milliseconds, 0) }))
    .sort((one, other) => other.all - one.all)
  const texts = threads.map(({ file, times, all }) => {
    const rows = times.slice(0, lines).map(({ where, milliseconds, share }) => {
      return `  ${(share * 100).toFixed(1).padStart(5)} %  ${milliseconds.toFixed(0).padStart(6)} ms  ${where}`
    })
    return [`${file}: ${all.toFixed(0)} ms`, ...rows].join('\n')
  })
  return `${texts.join('\n')}\n`
}
