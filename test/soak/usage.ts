import { readdir, readFile } from 'node:fs/promises'

/** The resources of a process. */
export interface Usage {
  /** Resident memory in MB. */
  readonly memory: number
  readonly descriptors: number
  readonly threads: number
}

export const kinds = ['memory', 'descriptors', 'threads'] as const

export async function usageOf(pid: number): Promise<Usage> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  const descriptors = (await readdir(`/proc/${pid}/fd`)).length
  return { memory: number('VmRSS') / 1024, descriptors, threads: number('Threads') }
}

/** The median of each figure over a part of the samples; `from` and `to` are fractions of their number. */
export function medians(samples: readonly Usage[], from: number, to: number): Usage {
  const part = samples.slice(Math.floor(from * samples.length), Math.ceil(to * samples.length))
  const median = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  const [memory, descriptors, threads] = kinds.map((kind) => median(part.map((sample) => sample[kind])))
  return { memory, descriptors, threads } as Usage
}
