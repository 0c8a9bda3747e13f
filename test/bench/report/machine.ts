import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/** Where and with what a run was made. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryMB: number
  readonly kernel: string
  readonly node: string
  readonly haproxy: string | undefined
}

export function machine(): Machine {
  const said = spawnSync('haproxy', ['-v'], { encoding: 'utf8' }).stdout ?? ''
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryMB: Math.round(totalmem() / 1024 ** 2),
    kernel: release(),
    node: process.version,
    haproxy: /version (\S+)/.exec(said)?.[1],
  }
}

/** The commit that is checked out, and whether there are changes beside it. */
export function checkedOut(): string {
  const { stdout, status } = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=9'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : 'unknown'
}

export function machineText({ cpu, cores, kernel, node, haproxy }: Machine): string {
  return `${cores} × ${cpu}, Linux ${kernel}, Node ${node}${haproxy === undefined ? '' : `, HAProxy ${haproxy}`}`
}
