import { chmodSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import bcrypt from 'bcryptjs'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../../../../test/support/temporary.ts'
import { Passwords, readUsers } from './passwords.ts'

const hash = bcrypt.hashSync('swordfish', 4)
const withCost = (cost: string) => hash.replace('$04$', `$${cost}$`)
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

let file: string
let logged: string[]
/** Hashes that passwords are compared with; each comparison ends when the test says so. */
let compared: { hash: string; end: (isRight: boolean) => void }[]

beforeEach(async () => {
  file = join(await temporaryDirectory(), 'users')
  logged = []
  compared = []
})

function passwords(...hashes: string[]): Passwords {
  writeFileSync(file, hashes.map((text, index) => `user${index}:${text}\n`).join(''))
  return new Passwords(file, {
    log: (severity, message) => logged.push(`${severity}: ${message}`),
    compare: (_password, hash) => new Promise((end) => compared.push({ hash, end })),
  })
}

/** Lets everything happen that waits for nothing. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('passwords', () => {
  it('are compared one at a time, and refused where too many wait', async () => {
    const made = passwords(hash)
    const verdicts = Array.from({ length: 40 }, (_, index) => made.check(basic('user0', `${index}`), '192.0.2.1'))
    await settled()
    expect(compared).toHaveLength(1)
    expect(await Promise.all(verdicts.slice(5))).toEqual(Array(35).fill('busy'))
    for (let index = 0; index < 5; index++) {
      expect(compared).toHaveLength(index + 1)
      compared[index]!.end(false)
      await settled()
    }
    expect(await Promise.all(verdicts.slice(0, 5))).toEqual(Array(5).fill('refused'))
    expect(compared).toHaveLength(5)
  })

  it('of one network wait for each other, and those of another get their turn', async () => {
    const made = passwords(hash)
    for (let index = 0; index < 40; index++) void made.check(basic('user0', `${index}`), '192.0.2.1')
    const other = made.check(basic('user0', 'swordfish'), '192.0.2.2')
    for (const turn of [0, 1]) {
      compared[turn]!.end(false)
      await settled()
    }
    compared[2]!.end(true)
    expect(await other).toBe('allowed')
  })

  it('are bounded over all networks', async () => {
    const made = passwords(hash)
    const verdicts = Array.from({ length: 100 }, (_, index) =>
      made.check(basic('user0', 'x'.repeat(index)), `${index}`),
    )
    expect(await Promise.all(verdicts.slice(33))).toEqual(Array(67).fill('busy'))
  })

  it('that come with several requests at a time are compared once, and then known', async () => {
    const made = passwords(hash)
    const verdicts = Array.from({ length: 20 }, () => made.check(basic('user0', 'swordfish'), '192.0.2.1'))
    compared[0]!.end(true)
    expect(await Promise.all(verdicts)).toEqual(Array(20).fill('allowed'))
    expect(await made.check(basic('user0', 'swordfish'), '192.0.2.1')).toBe('allowed')
    expect(compared).toHaveLength(1)
  })

  it('of somebody unknown are compared with a hash as costly as those of users, and refused', async () => {
    const made = passwords(withCost('10'), withCost('12'))
    for (const name of ['nobody', 'somebody', 'nobody']) {
      const verdict = made.check(basic(name, `${compared.length}`), undefined)
      compared.at(-1)!.end(true)
      expect(await verdict).toBe('refused')
    }
    const [first, second, third] = compared.map((comparison) => comparison.hash)
    expect([withCost('10'), withCost('12')]).toEqual(expect.arrayContaining([first, second]))
    expect(third).toBe(first)
  })

  it('that cannot be compared are refused for now, which is logged once', async () => {
    writeFileSync(file, `me:${hash}\n`)
    const compare = () => Promise.reject(new Error('no thread'))
    const made = new Passwords(file, { log: (severity, message) => logged.push(`${severity}: ${message}`), compare })
    for (const password of ['x', 'y']) expect(await made.check(basic('me', password), undefined)).toBe('busy')
    expect(logged).toEqual(['warn: cannot check passwords: no thread'])
  })
})

describe('a password file', () => {
  const ask = async (made: Passwords) => {
    const verdict = made.check(basic('user0', 'x'), undefined)
    compared.at(-1)!.end(false)
    await verdict
  }

  it('that is away is logged of once, and again when it is back', async () => {
    const made = passwords(hash)
    renameSync(file, `${file}.away`)
    for (let times = 0; times < 5; times++) await ask(made)
    expect(logged).toEqual([expect.stringMatching(/^warn: cannot read .*ENOENT.*; the users read before stay valid$/)])
    renameSync(`${file}.away`, file)
    for (let times = 0; times < 5; times++) await ask(made)
    expect(logged.slice(1)).toEqual([`info: ${file} can be read again`])
  })

  it.runIf(process.getuid?.() !== 0)(
    'that may be read again is read again, though only its mode has changed',
    async () => {
      const made = passwords(hash)
      writeFileSync(file, `user0:${withCost('05')}\n`)
      chmodSync(file, 0)
      await ask(made)
      chmodSync(file, 0o600)
      await ask(made)
      expect(compared.map((comparison) => comparison.hash)).toEqual([hash, withCost('05')])
      expect(logged).toEqual([expect.stringContaining('EACCES'), `info: ${file} can be read again`])
    },
  )

  it('that is damaged is logged of once', async () => {
    const made = passwords(hash)
    writeFileSync(file, 'nonsense\n')
    utimesSync(file, 1, 1)
    for (let times = 0; times < 5; times++) await ask(made)
    expect(logged).toEqual([expect.stringContaining(`${file}:1: expected user:hash`)])
  })

  it.each(['00', '03', '16', '31', '32', '99'])('with a hash of cost %s is refused', (cost) => {
    writeFileSync(file, `# users\nme:${withCost(cost)}\n`)
    expect(() => readUsers(file)).toThrow(
      `${file}:2: the hash has cost ${cost}; expected from 4 to 15, as htpasswd -B -C 10 writes it`,
    )
  })

  it.each(['04', '15'])('with a hash of cost %s is accepted', (cost) => {
    writeFileSync(file, `me:${withCost(cost)}\n`)
    expect(readUsers(file).size).toBe(1)
  })
})
