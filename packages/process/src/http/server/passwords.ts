import { createHash, randomBytes } from 'node:crypto'
import {
  createConditions,
  keepLast,
  readSettingsFile,
  reasonOf,
  StatsError,
  textLog,
  watchFiles,
} from '@haproxystats/core'
import { type Compare, PasswordQueue } from './password-queue.ts'

/** The costs of hashes that are accepted, powers of two: with 15 a comparison takes about three seconds. */
const costs = { least: 4, most: 15 }

/** How many right credentials are remembered; there is more than one way to write the same ones. */
const mostKnown = 1000

export type Verdict = 'allowed' | 'refused' | 'busy'

export interface PasswordContext {
  readonly log: (severity: 'info' | 'warn' | 'error', message: string) => void
  readonly compare: Compare
}

/**
 * The users of a password file, a line `user:hash` each with the hash of bcrypt (`htpasswd -B`). The file is read again
 * when it changes; while it cannot be read, what it said last holds.
 */
export class Passwords {
  readonly #read: () => ReadonlyMap<string, string>
  readonly #log: PasswordContext['log']
  readonly #queue: PasswordQueue
  /** So that what is kept of a password is worth nothing to others. */
  readonly #salt = randomBytes(32)
  /** Credentials that were right, hashed: a scraper shows the same ones every time. */
  #known = new Set<string>()
  /** Credentials that are being checked, by the same hash: a browser shows them with many requests at a time. */
  readonly #checking = new Map<string, Promise<Verdict>>()
  #hashes: ReadonlyMap<string, string>
  #canCompare = true

  /** @throws CONFIGURATION when the file cannot be read or has a line that is no user. */
  constructor(path: string, { log, compare }: PasswordContext) {
    this.#log = log
    this.#queue = new PasswordQueue(compare)
    const watch = watchFiles([path], (bytes) => parseUsers(path, bytes))
    const conditions = createConditions(textLog(log))
    this.#read = keepLast(watch, { conditions, path, kept: 'the users read before stay valid' })
    this.#hashes = this.#read()
  }

  /** Whether the header `Authorization` names a user and the right password; `network` is where it comes from. */
  async check(header: string | undefined, network: string | undefined): Promise<Verdict> {
    const [, encoded] = /^basic +([A-Za-z0-9+/=]+)\s*$/i.exec(header ?? '') ?? []
    if (encoded === undefined) return 'refused'
    this.#refresh()
    const key = this.#digest(encoded)
    if (this.#known.has(key)) return 'allowed'
    const checking = this.#checking.get(key) ?? this.#compare(key, Buffer.from(encoded, 'base64').toString(), network)
    this.#checking.set(key, checking)
    return checking.finally(() => this.#checking.delete(key))
  }

  async #compare(key: string, credentials: string, network: string | undefined): Promise<Verdict> {
    const colon = credentials.indexOf(':')
    if (colon === -1) return 'refused'
    const user = credentials.slice(0, colon)
    const hashes = this.#hashes
    const hash = hashes.get(user)
    const comparing = this.#queue.compare(network, credentials.slice(colon + 1), hash ?? this.#anyHash(user))
    if (comparing === undefined) return 'busy'
    try {
      const isRight = await comparing
      this.#canCompare = true
      if (!isRight || hash === undefined || hashes !== this.#hashes) return 'refused'
    } catch (error) {
      if (this.#canCompare) this.#log('warn', `cannot check passwords: ${reasonOf(error)}`)
      this.#canCompare = false
      return 'busy'
    }
    if (this.#known.size >= mostKnown) this.#known.clear()
    this.#known.add(key)
    return 'allowed'
  }

  /**
   * The hash of some user, always the same for one name. Comparing with it takes as long for somebody who does not exist as
   * for somebody who does, whatever the costs of the hashes are.
   */
  #anyHash(user: string): string {
    const all = [...this.#hashes.values()]
    return all[Buffer.from(this.#digest(user), 'base64').readUInt32BE() % all.length]!
  }

  #digest(text: string): string {
    return createHash('sha256').update(this.#salt).update(text).digest('base64')
  }

  #refresh(): void {
    const hashes = this.#read()
    if (hashes !== this.#hashes) this.#known = new Set()
    this.#hashes = hashes
  }
}

/** @throws CONFIGURATION naming the line; what stands there is not shown. */
export function readUsers(path: string): ReadonlyMap<string, string> {
  return parseUsers(path, readSettingsFile(path))
}

function parseUsers(path: string, bytes: Buffer): ReadonlyMap<string, string> {
  const users = new Map<string, string>()
  const lines = bytes.toString().split('\n')
  lines.forEach((whole, index) => {
    const line = whole.trim()
    if (line === '' || line.startsWith('#')) return
    const [, user, hash, cost] = /^([^:]+):(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/.exec(line) ?? []
    const at = `${path}:${index + 1}`
    if (user === undefined || hash === undefined) {
      const message = `${at}: expected user:hash with a hash of bcrypt, as htpasswd -B writes it`
      throw new StatsError('CONFIGURATION', message)
    }
    if (Number(cost) < costs.least || Number(cost) > costs.most) {
      const expected = `expected from ${costs.least} to ${costs.most}, as htpasswd -B -C 10 writes it`
      throw new StatsError('CONFIGURATION', `${at}: the hash has cost ${cost}; ${expected}`)
    }
    users.set(user, hash)
  })
  if (users.size === 0)
    throw new StatsError('CONFIGURATION', `${path}: no user in the file, so no request could be answered`)
  return users
}
