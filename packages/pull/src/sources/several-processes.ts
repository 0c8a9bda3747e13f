import type { Conditions } from '@haproxystats/core'
import type { Source, SourceResult } from './source.ts'

/** Remembered for each source. */
const mostProcesses = 8

/**
 * Finds sources at which several processes answer in turn: a page whose process number changes (`nbproc`), or a socket at
 * which an earlier pid answers again, which no reload causes.
 */
export class SeveralProcesses {
  readonly #conditions: Conditions
  readonly #seen = new Map<string, string[]>()

  constructor(conditions: Conditions) {
    this.#conditions = conditions
  }

  /** Logs it once for each source. */
  look(results: readonly SourceResult[]): void {
    const present = new Set(results.map(({ source }) => source.text))
    for (const text of this.#seen.keys()) if (!present.has(text)) this.#seen.delete(text)
    for (const result of results) {
      if (result.source.worker || (result.outcome !== 'answered' && result.outcome !== 'duplicate')) continue
      const { source, facts } = result
      const page = source.address.kind === 'http'
      const process = page ? facts.number : facts.pid
      const before = this.#seen.get(source.text) ?? []
      if (Number.isNaN(process) || before.at(-1) === String(process)) continue
      const several = page ? before.length > 0 : before.includes(String(process))
      this.#seen.set(source.text, [...before, String(process)].slice(-mostProcesses))
      if (several) this.#report(source, new Set([...before, process].map((other) => `${page ? '' : 'pid '}${other}`)))
    }
  }

  #report({ text: source, address }: Source, processes: ReadonlySet<string>): void {
    const todo =
      address.kind === 'http'
        ? 'give each process its own page ("bind-process"), or read its stats sockets'
        : 'give each process its own address'
    const text = `several processes answer at ${source} in turn (${[...processes].join(', ')}): a snapshot has only one of them, so its values are wrong; ${todo}`
    this.#conditions.begin(`several ${source}`, { level: 'warn', kind: 'several', fields: { source }, text })
  }
}
