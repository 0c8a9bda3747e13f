import type { Logger } from '@haproxystats/core'

type Fields = Readonly<Record<string, unknown>>

/** One state that is not as it should be, for the log. */
export interface Trouble {
  readonly level: 'warn' | 'error'
  /** What makes it the same trouble as before although figures in its text differ, such as an error's code. */
  readonly kind: string
  readonly fields?: Fields
  readonly text: string
}

/** Logs when something changes, and counts while it stays as it is. */
export interface Changes {
  /** Logs a trouble that is new under this key, or of another kind than before; counts it otherwise. */
  begin(key: string, trouble: Trouble): void
  /** Logs that the trouble under this key is over, with how often it was met; nothing if there was none. */
  end(key: string, text: (times: number) => string, fields?: Fields): void
  /** The keys of all present troubles that begin with `prefix`. */
  keys(prefix: string): string[]
  /** The kind of the present trouble under this key. */
  kind(key: string): string | undefined
}

export function createChanges(log: Logger): Changes {
  const present = new Map<string, { kind: string; times: number }>()
  return {
    begin(key, { level, kind, fields, text }) {
      const known = present.get(key)
      present.set(key, { kind, times: (known?.times ?? 0) + 1 })
      if (known?.kind !== kind) log[level]({ ...fields }, text)
      else log.debug({ ...fields, times: known.times + 1 }, text)
    },
    end(key, text, fields) {
      const known = present.get(key)
      if (known === undefined) return
      present.delete(key)
      log.info({ ...fields, times: known.times }, text(known.times))
    },
    keys: (prefix) => [...present.keys()].filter((key) => key.startsWith(prefix)),
    kind: (key) => present.get(key)?.kind,
  }
}
