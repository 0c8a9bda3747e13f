import type { Conditions } from '@haproxystats/core'
import type { Outcome } from '../query/ask-source.ts'
import type { Source } from './sources.ts'

/** So many processes of one source are remembered. */
const mostProcesses = 8

/**
 * Finds sources that are several processes in turn: a page whose number of the process changes (`nbproc`), or a socket
 * whose process of before comes back, which no reload brings.
 */
export class SeveralProcesses {
  readonly #changes: Conditions
  readonly #seen = new Map<string, string[]>()

  constructor(changes: Conditions) {
    this.#changes = changes
  }

  /** Says it once of each source. */
  look(outcomes: readonly Outcome[]): void {
    const met = new Set(outcomes.map(({ source }) => source.text))
    for (const text of this.#seen.keys()) if (!met.has(text)) this.#seen.delete(text)
    for (const outcome of outcomes) {
      if (outcome.source.worker || (outcome.outcome !== 'answered' && outcome.outcome !== 'duplicate')) continue
      const { source, facts } = outcome
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
        ? 'give each process a page of its own ("bind-process"), or read its stats sockets'
        : 'name each process by an address of its own'
    const text = `${source} is answered by several processes in turn (${[...processes].join(', ')}): a snapshot has only one of them, so its values are wrong; ${todo}`
    this.#changes.begin(`several ${source}`, { level: 'warn', kind: 'several', fields: { source }, text })
  }
}
