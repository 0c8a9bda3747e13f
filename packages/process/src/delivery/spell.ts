import type { Logger } from '@haproxystats/core'

/** Something that happens to one snapshot after the other: logged when it begins and when it is over, and counted. */
export class Spell {
  readonly #log: Logger
  #total = 0
  #times = 0

  constructor(log: Logger) {
    this.#log = log
  }

  /** How often since the start. */
  get total(): number {
    return this.#total
  }

  /** Whether it goes on. */
  get isOn(): boolean {
    return this.#times > 0
  }

  again(level: 'warn' | 'error', facts: Readonly<Record<string, unknown>>, text: string): void {
    this.#total++
    this.#times++
    this.#log[this.#times === 1 ? level : 'debug']({ ...facts, times: this.#times }, text)
  }

  over(facts: Readonly<Record<string, unknown>>, text: (times: number) => string): void {
    if (this.#times === 0) return
    this.#log.info({ ...facts, times: this.#times }, text(this.#times))
    this.#times = 0
  }
}
