/** Whether a password is that of a hash of bcrypt. */
export type Compare = (password: string, hash: string) => Promise<boolean>

/** How many comparisons may wait: for one network, for all clients on unix sockets, and in total. */
const most = { network: 4, unix: 16, all: 32 }

/**
 * Compares passwords one at a time, each costs milliseconds to seconds on purpose; the networks of clients take turns,
 * so that many wrong passwords from one network delay clients of another by one comparison at most.
 */
export class PasswordQueue {
  readonly #compare: Compare
  /** What starts those that wait, by network, in the order of their turns. */
  readonly #waiting = new Map<string | undefined, (() => void)[]>()
  #count = 0
  #isBusy = false

  constructor(compare: Compare) {
    this.#compare = compare
  }

  /** Undefined when too many wait already. */
  compare(network: string | undefined, password: string, hash: string): Promise<boolean> | undefined {
    if (!this.#isBusy) return this.#run(password, hash)
    const ofOne = this.#waiting.get(network) ?? []
    if (this.#count >= most.all || ofOne.length >= most[network === undefined ? 'unix' : 'network']) return undefined
    return new Promise((resolve) => {
      this.#waiting.set(network, [...ofOne, () => resolve(this.#run(password, hash))])
      this.#count++
    })
  }

  async #run(password: string, hash: string): Promise<boolean> {
    this.#isBusy = true
    try {
      return await this.#compare(password, hash)
    } finally {
      this.#isBusy = false
      this.#next()
    }
  }

  #next(): void {
    const [network, [first, ...rest] = []] = this.#waiting.entries().next().value ?? []
    if (first === undefined) return
    this.#waiting.delete(network)
    if (rest.length > 0) this.#waiting.set(network, rest)
    this.#count--
    first()
  }
}
