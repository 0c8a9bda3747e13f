import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/** Where, when and with what a run was made. */
export interface Environment {
  readonly date: string
  readonly commit: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGB: number
  readonly kernel: string
  readonly node: string
  readonly haproxy: string | undefined
}

export function environment(): Environment {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: output('git', 'describe', '--always', '--dirty', '--abbrev=9') || 'unknown',
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    haproxy: /version (\S+)/.exec(output('haproxy', '-v'))?.[1],
  }
}

const output = (command: string, ...rest: string[]) =>
  (spawnSync(command, rest, { encoding: 'utf8' }).stdout ?? '').trim()

/** `2 × <model>, 8 GB, Linux 6.1, Node v24.1.0, HAProxy 2.6.12` */
export function machineText({ cpu, cores, memoryGB, kernel, node, haproxy }: Environment): string {
  const parts = [`${cores} × ${cpu}`, `${memoryGB} GB`, `Linux ${kernel}`, `Node ${node}`]
  if (haproxy !== undefined) parts.push(`HAProxy ${haproxy}`)
  return parts.join(', ')
}
