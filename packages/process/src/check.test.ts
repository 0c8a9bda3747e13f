import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderDiagnostic } from '@haproxystats/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfiguration, readConfiguration } from '../../../test/support/configuration.ts'
import { outputProblems, prepareQueue, surroundingProblems } from './check.ts'
import { secretWarnings } from './http/check.ts'
import { program } from './program.ts'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'check-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

/** What is wrong with a configuration, in words. */
async function problems(text: string, starting = true): Promise<string[]> {
  const configuration = parseConfiguration(`[paths]\nbase-dir = ${base}\n${text}`)
  return (await surroundingProblems(configuration, starting)).map(renderDiagnostic)
}

/** What is said of the outputs of a configuration. */
function outputs(text: string | undefined): string[] {
  const reading = readConfiguration(text === undefined ? [] : [{ file: 'a.conf', text }])
  return outputProblems(reading.configuration!, reading).map(renderDiagnostic)
}

it('wants an output, and says where to add one', () => {
  const todo = 'add [graphite] with server and port, [local-store] or [http]'
  expect(outputs(undefined)).toEqual([`no output: nothing becomes of the snapshots; ${todo} to /etc/haproxystats.conf`])
  expect(outputs('[pull]\n')).toEqual([`no output: nothing becomes of the snapshots; ${todo} to a.conf`])
  const off = `[graphite] enabled: no output is left; set it to true, or ${todo}`
  expect(outputs('[graphite]\nenabled = no\n[graphite:x]\nenabled = no\n')).toEqual([off])
  expect(outputs('[graphite:x]\nenabled = no\n')).toEqual([off.replace('graphite', 'graphite:x')])
})

it.each(['[graphite]', '[graphite:x]', '[local-store]', '[http]', '[graphite]\nenabled = no\n[graphite:x]'])(
  'takes for an output: %j',
  (text) => expect(outputs(text)).toEqual([]),
)

it('does not start without an output, and only warns of that when it is checked', async () => {
  const reading = readConfiguration([{ file: 'a.conf', text: `[paths]\nbase-dir = ${base}\n` }])
  const look = (what: 'check' | 'warnings', starting: boolean) =>
    Promise.resolve(program[what]!(reading.configuration!, { starting, reading })).then(({ length }) => length)
  expect([await look('check', true), await look('check', false)]).toEqual([1, 0])
  expect([await look('warnings', true), await look('warnings', false)]).toEqual([0, 1])
})

it('warns of secrets of the page that everybody may read or write', () => {
  const files = ['users', 'http.pem', 'http.key'].map((name) => join(base, name))
  const [users, certificate, key] = files
  const page = (...modes: number[]) => {
    for (const [index, file] of files.entries()) {
      writeFileSync(file, '')
      chmodSync(file, modes[index]!)
    }
    const own = `[http]\npassword-file = ${users}\ntls-certificate-file = ${certificate}\n`
    const found = [own, `${own}tls-key-file = ${key}\n`].map((text) => secretWarnings(parseConfiguration(text)))
    return found.map((warnings) => warnings.map(renderDiagnostic).map((text) => text.replaceAll(`${base}/`, '')))
  }
  const readable = (option: string, file: string) =>
    `[http] ${option} = ${file}: may be read by everybody (mode 0644); chmod o-rwx ${file}`
  expect(page(0o640, 0o600, 0o600)).toEqual([[], []])
  expect(page(0o644, 0o644, 0o646)).toEqual([
    [readable('password-file', 'users'), readable('tls-certificate-file', 'http.pem')],
    [
      readable('password-file', 'users'),
      '[http] tls-key-file = http.key: may be read and written by everybody (mode 0646); chmod o-rwx http.key',
    ],
  ])
})

it('finds nothing wrong where all is well, and makes nothing', async () => {
  writeFileSync(join(base, 'names'), '')
  const text = `[process]\nexclude-frontends = ${base}/names\nserver-metrics = default rtime_weighted\n[local-store]\ndir = ${base}/store`
  expect(await problems(text)).toEqual([])
})

it('names a metric that does not exist, with the nearest and all there are', async () => {
  const [unknown, other, ...more] = await problems(
    '[process]\nfrontend-metrics = scur stott\nbackend-metrics = check_duration',
  )
  expect(unknown).toMatch(
    /^\[process\] frontend-metrics = stott: is not a field of frontends; did you mean stot\? .* scur /,
  )
  expect(other).toMatch(/^\[process\] backend-metrics = check_duration: is not a field of backends; /)
  expect(more).toEqual([])
})

it('names servers that cannot be left out', async () => {
  const [found] = await problems('[process]\nskip-servers = unsed')
  expect(found).toMatch(
    /skip-servers = unsed: is no kind of servers to leave out; did you mean unused\? expected unused or maint/,
  )
})

it('wants the exclude files to be there', async () => {
  const [found] = await problems(`[process]\nexclude-backends = ${base}/missing`)
  expect(found).toMatch(/exclude-backends = .*missing: cannot be read \(ENOENT.*; make the file, it may be empty/)
})

it('reads no file that never ends', async () => {
  execFileSync('mkfifo', [join(base, 'fifo')])
  const [fifo, device] = await problems(`[process]\nexclude-backends = ${base}/fifo\nexclude-frontends = /dev/zero`)
  expect([fifo, device].join('\n')).toMatch(/a device, not a regular file[\s\S]*a FIFO, not a regular file/)
  const page = await problems(`[http]\npassword-file = ${base}/fifo\ntls-certificate-file = /dev/zero`)
  expect(page.join('\n')).toMatch(/password-file = .*a FIFO, not a[\s\S]*tls-certificate-file = .*a device, not a/)
})

it('takes a base-dir that is still to be made with its parents', async () => {
  const configuration = parseConfiguration(`[paths]\nbase-dir = ${base}/not/yet\n`)
  expect(await surroundingProblems(configuration)).toEqual([])
  await prepareQueue(configuration)
  expect(existsSync(join(base, 'not/yet/incoming'))).toBe(true)
})

it('wants a queue that it can have for itself', async () => {
  mkdirSync(join(base, 'open'))
  chmodSync(join(base, 'open'), 0o777)
  const [found] = await problems(`[process]\nsrc-dir = ${base}/open`)
  expect(found).toMatch(/src-dir = .*open: may be written to by everybody \(mode 0777\)/)
  const [missing] = await problems(`[process]\nsrc-dir = ${base}/no/such/incoming`)
  expect(missing).toMatch(/src-dir = .*incoming: does not exist and cannot be made/)
})

it('wants paths that leave room for names', async () => {
  const [found] = await problems(`[graphite]\nnamespace = ${'x'.repeat(150)}.${'y'.repeat(150)}.${'z'.repeat(150)}`)
  expect(found).toMatch(/namespace = x+…?: makes metric paths too long/)
})

it('finds a pattern that takes for ever for some names, and not when starting', async () => {
  const groups =
    '[backend-groups]\nfine = ^app-[0-9]+$\nslow = ^(a+)+$\n[server-groups]\nwords = ^([a-z0-9]+-?)*\\.com$\n'
  const used = `[graphite]\ngroup-namespace = groups\n${groups}`
  const [slow, words, ...more] = await problems(used, false)
  expect(slow).toMatch(
    /^\[backend-groups\] slow = \^\(a\+\)\+\$: takes longer than a second for a name such as aaaaaaaaaaaaaaaaaaaa…\S of 200 characters; .* write it as a\+$/,
  )
  expect(words).toMatch(/^\[server-groups\] words = /)
  expect(more).toEqual([])
  expect(await problems(groups, false)).toEqual([])
  expect(await problems(used)).toEqual([])
})

it('wants the files of the page to be what they should be', async () => {
  writeFileSync(join(base, 'users'), 'me:swordfish\n')
  writeFileSync(join(base, 'http.pem'), 'no certificate')
  const found = await problems(
    `[http]\npassword-file = ${base}/users\ntls-certificate-file = ${base}/http.pem\ntls-key-file = ${base}/missing`,
  )
  expect(found).toHaveLength(2)
  expect(found[0]).toMatch(/password-file = .*users:1: expected user:hash with a hash of bcrypt/)
  expect(found[0]).not.toContain('swordfish')
  expect(found[1]).toMatch(/tls-certificate-file = .*cannot read .*missing: ENOENT/)
  const [other] = await problems(`[http]\ntls-certificate-file = ${base}/http.pem`)
  expect(other).toMatch(/http\.pem: not a certificate with its key in PEM/)
})

it('wants names of hosts that clients can ask for, and hashes that can be compared', async () => {
  writeFileSync(join(base, 'users'), `me:$2y$31$${'a'.repeat(53)}\n`)
  const text = `[http]\nhosts = stats.example.com http://lb1 lb1:8405 lb1, *\npassword-file = ${base}/users`
  expect(await problems(text)).toEqual([
    ...['http://lb1', 'lb1:8405', 'lb1,'].map((name) =>
      expect.stringContaining(`[http] hosts = ${name}: is not the name of a host; expected names alone`),
    ),
    expect.stringContaining('users:1: the hash has cost 31; expected from 4 to 15'),
  ])
})

it('finds a directory of local-store that cannot be written, which does not keep the program from starting', async () => {
  writeFileSync(join(base, 'file'), '')
  const configuration = parseConfiguration(`[paths]\nbase-dir = ${base}\n[local-store]\ndir = ${base}/file/store\n`)
  const [problem] = await surroundingProblems(configuration)
  expect(problem).toMatchObject({ section: 'local-store', option: 'dir' })
  expect(await surroundingProblems(configuration, true)).toEqual([])
})
