/** Numbers of objects. All processes of a size have the same objects, like the workers of one load balancer. */
export interface Size {
  readonly processes: number
  readonly frontends: number
  readonly backends: number
  /** In each backend. */
  readonly servers: number
}

/** Rows of `show stat` a process: 30, 1,200, 12,000 (12,002 lines with the header and the empty line) and 60,000. */
export const sizes = {
  small: { processes: 2, frontends: 5, backends: 5, servers: 4 },
  medium: { processes: 4, frontends: 100, backends: 100, servers: 10 },
  large: { processes: 4, frontends: 1000, backends: 1000, servers: 10 },
  huge: { processes: 8, frontends: 5000, backends: 5000, servers: 10 },
} as const satisfies Record<string, Size>

export type SizeName = keyof typeof sizes

/** Quiet: nearly every value is 0. Busy: values have the lengths that they have after weeks of traffic. */
export type Load = 'quiet' | 'busy'

/** Releases of HAProxy with their columns, by the directory of their recorded answers. */
export const releases = { '2.6': '2.6.12-debian', '3.2': '3.2.0' } as const
export type Release = keyof typeof releases

/** Rows of all processes. */
export function rowsOf({ processes, frontends, backends, servers }: Size): number {
  return processes * (frontends + backends * (servers + 1))
}
