import { existsSync, readFileSync } from 'node:fs'
import type { Random } from './random.ts'

/** The command that kills a program with SIGKILL when a thread of it enters its n-th call. */
export function killing(call: string, when: number): string[] {
  return tracing('/dev/null', [call], [`${call}:signal=SIGKILL:when=${when}`])
}

/** Calls and how often a thread makes them at most. */
type Counts = Readonly<Record<string, number>>

/**
 * An instant to kill at for each round: the calls that are made in a cycle only, one by one, the first of each first, and between
 * them random ones of those that are made at the start too.
 */
export function* instants(
  random: Random,
  rounds: Iterable<number>,
  cycle: Counts,
  busy: Counts,
): Generator<[string, number]> {
  const each = Object.entries(cycle)
    .flatMap(([call, most]) => Array.from({ length: most }, (_none, index): [string, number] => [call, index + 1]))
    .sort(([, one], [, other]) => one - other)
  for (const time of rounds) {
    const [call, most] = random.pick(Object.entries(busy))
    const next = time % 4 === 3 ? undefined : each[Math.floor((time * 3 + 1) / 4) % each.length]
    yield next ?? [call, random.whole(1, most + 1)]
  }
}

/**
 * The command that records calls in `file` and has some of them fail (see inject in the manual of strace). With `paths`
 * only calls on these are recorded, counted and made to fail.
 */
export function tracing(
  file: string,
  calls: readonly string[],
  injections: readonly string[],
  paths: readonly string[] = [],
): string[] {
  const inject = injections.flatMap((injection) => ['-e', `inject=${injection}`])
  const only = paths.flatMap((path) => ['-P', path])
  return ['strace', '-f', '-y', '-qq', '-s', '256', '-o', file, '-e', `trace=${calls}`, ...inject, ...only]
}

/** One recorded call. */
export interface Call {
  readonly name: string
  /** Arguments and result as strace prints them, with the paths of descriptors. */
  readonly text: string
  readonly injected: boolean
  readonly failed: boolean
}

/** The recorded calls, in order. A call that another thread interrupted counts where it ended. */
export function recorded(file: string): Call[] {
  if (!existsSync(file)) return []
  const begun = new Map<string, string>()
  return readFileSync(file, 'latin1')
    .split('\n')
    .flatMap((line) => {
      const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
      if (rest.endsWith('<unfinished ...>')) {
        begun.set(thread, rest.slice(0, -'<unfinished ...>'.length))
        return []
      }
      const whole = rest.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? '')
      const [, name, text = ''] = /^(\w+)\((.*)$/.exec(whole) ?? []
      if (name === undefined) return []
      return [{ name, text, injected: text.endsWith('(INJECTED)'), failed: / = -1 E/.test(text) }]
    })
}
