import { readFileSync } from 'node:fs'

/** Ticks a second of the times in /proc on Linux (`getconf CLK_TCK`). */
const ticks = 100

/** Seconds of CPU that all threads of a process have used, with threads and children that ended. */
export function cpuOf(pid: number): number {
  return secondsIn(`/proc/${pid}/stat`)
}

/** The same of its main thread alone. */
export function mainThreadCpuOf(pid: number): number {
  return secondsIn(`/proc/${pid}/task/${pid}/stat`)
}

function secondsIn(path: string): number {
  const stat = readFileSync(path, 'latin1')
  // Behind the name, which may hold anything: state is the first, utime, stime, cutime and cstime the 12th to 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticks
}

/** Idle seconds of all cores of this machine together. */
export function idleTime(): number {
  const [, , , idle, waiting] = /^cpu +(.*)/.exec(readFileSync('/proc/stat', 'latin1'))?.[1]?.split(' ') ?? []
  return (Number(idle) + Number(waiting)) / ticks
}

/** The peak of resident memory so far, in MB. */
export function peakOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024
}

/** Milliseconds of a clock that all processes share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
