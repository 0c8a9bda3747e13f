import { createHash, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { largestPersonalFile, readRegularFile, StatsError } from '@haproxystats/core'
import bcrypt from 'bcryptjs'

/** How many passwords may be compared at a time, and wait for it: each costs milliseconds on purpose. */
const mostComparing = 32

/** Comparing with it takes as long as with that of a user who exists. */
const nobody = bcrypt.hashSync(randomBytes(16).toString('hex'), 5)

export type Verdict = 'allowed' | 'refused' | 'busy'

/**
 * The users of a password file, a line `user:hash` each with the hash of bcrypt (`htpasswd -B`). The file is read again
 * when it changes; while it cannot be read, what it said last holds.
 */
export class Passwords {
  readonly #path: string
  readonly #onTrouble: (message: string) => void
  /** So that what is kept of a password is worth nothing to others. */
  readonly #salt = randomBytes(32)
  /** Credentials that were right, hashed: a scraper shows the same ones every time. */
  #known = new Set<string>()
  #hashes: ReadonlyMap<string, string>
  #identity = ''
  #comparing = 0

  /** @throws CONFIGURATION when the file cannot be read or has a line that is no user. */
  constructor(path: string, onTrouble: (message: string) => void) {
    this.#path = path
    this.#onTrouble = onTrouble
    this.#identity = identityOf(path)
    this.#hashes = readUsers(path)
  }

  /** Whether the header `Authorization` names a user and the right password. */
  async check(header: string | undefined): Promise<Verdict> {
    const [, encoded] = /^basic +([A-Za-z0-9+/=]+)\s*$/i.exec(header ?? '') ?? []
    if (encoded === undefined) return 'refused'
    this.#refresh()
    const key = createHash('sha256').update(this.#salt).update(encoded).digest('base64')
    if (this.#known.has(key)) return 'allowed'
    if (this.#comparing >= mostComparing) return 'busy'
    const credentials = Buffer.from(encoded, 'base64').toString('utf8')
    const colon = credentials.indexOf(':')
    if (colon === -1) return 'refused'
    const hash = this.#hashes.get(credentials.slice(0, colon))
    const hashes = this.#hashes
    this.#comparing++
    try {
      const same = await bcrypt.compare(credentials.slice(colon + 1), hash ?? nobody)
      if (!same || hash === undefined || hashes !== this.#hashes) return 'refused'
      this.#known.add(key)
      return 'allowed'
    } finally {
      this.#comparing--
    }
  }

  #refresh(): void {
    try {
      const identity = identityOf(this.#path)
      if (identity === this.#identity) return
      this.#identity = identity
      this.#hashes = readUsers(this.#path)
      this.#known = new Set()
    } catch (error) {
      this.#onTrouble((error as Error).message)
    }
  }
}

function identityOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs}:${size}:${ino}`
  } catch (error) {
    throw new StatsError('CONFIGURATION', `cannot read ${path}: ${(error as Error).message}`, {}, error)
  }
}

/** @throws CONFIGURATION naming the line; what stands there is not shown. */
export function readUsers(path: string): ReadonlyMap<string, string> {
  let text: string
  try {
    text = readRegularFile(path, largestPersonalFile).toString()
  } catch (error) {
    throw new StatsError('CONFIGURATION', `cannot read ${path}: ${(error as Error).message}`, {}, error)
  }
  const users = new Map<string, string>()
  text.split('\n').forEach((whole, index) => {
    const line = whole.trim()
    if (line === '' || line.startsWith('#')) return
    const [, user, hash] = /^([^:]+):(\$2[aby]\$\d\d\$[./A-Za-z0-9]{53})$/.exec(line) ?? []
    if (user === undefined || hash === undefined) {
      throw new StatsError(
        'CONFIGURATION',
        `${path}:${index + 1}: expected user:hash with a hash of bcrypt, as htpasswd -B writes it`,
      )
    }
    users.set(user, hash)
  })
  if (users.size === 0) throw new StatsError('CONFIGURATION', `${path}: names no user, so nobody could ask`)
  return users
}
