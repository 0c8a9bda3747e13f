import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Measurement, usualSnapshot } from '../context.ts'
import { ProcessProgram, startReceiver } from '../programs/process.ts'

/** Where the CPU time of haproxystats-process is spent, for development. */
export const profile: Measurement = {
  name: 'profile',
  summary: 'the functions of haproxystats-process with most time of their own, by node --cpu-prof',
  onRequest: true,
  async run(context) {
    const snapshot = usualSnapshot(context)
    const directory = join(context.directory, 'profile')
    mkdirSync(directory)
    const node = ['--cpu-prof', `--cpu-prof-dir=${directory}`]
    const program = new ProcessProgram(context, await startReceiver(context), { node })
    for (let round = 0; round < 3 * context.rounds; round++) await program.deliver(snapshot)
    await program.stop()
    const files = readdirSync(directory).filter((file) => file.endsWith('.cpuprofile'))
    for (const file of files) context.say(profileText(file, JSON.parse(readFileSync(join(directory, file), 'utf8'))))
  },
}

/** The parts that are read of a file of `node --cpu-prof`. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[]
}

/** The 15 functions of one thread with most time of their own, as shares of all time that was not idle. */
function profileText(file: string, { nodes, samples, timeDeltas }: Profile): string {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`
      return [id, `${functionName || '(anonymous)'}${place}`]
    }),
  )
  const times = new Map<string, number>()
  samples.forEach((id, index) => {
    const name = names.get(id) as string
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] as number) / 1000)
  })
  const all = [...times.values()].reduce((sum, time) => sum + time, 0)
  const rows = [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 15)
    .map(([where, milliseconds]) => {
      const share = ((100 * milliseconds) / all).toFixed(1)
      return `  ${share.padStart(5)} %  ${milliseconds.toFixed(0).padStart(6)} ms  ${where}`
    })
  return [`${file}: ${all.toFixed(0)} ms`, ...rows].join('\n')
}
