import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfiguration, renderProblem } from '@haproxystats/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { surroundingProblems } from './check.ts'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'check-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

/** What is wrong with a configuration, in words. */
async function problems(text: string): Promise<string[]> {
  const configuration = parseConfiguration(`[paths]\nbase-dir = ${base}\n${text}`)
  return (await surroundingProblems(configuration)).map(renderProblem)
}

it('finds nothing wrong where all is well, and makes nothing', async () => {
  writeFileSync(join(base, 'names'), '')
  const text = `[process]\nexclude-frontends = ${base}/names\nserver-metrics = default rtime_weighted\n[local-store]\ndir = ${base}/store`
  expect(await problems(text)).toEqual([])
})

it('names a metric that nobody has, with the nearest and all there are', async () => {
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

it('finds a directory of local-store that cannot be written, which keeps nobody from starting', async () => {
  writeFileSync(join(base, 'file'), '')
  const configuration = parseConfiguration(`[paths]\nbase-dir = ${base}\n[local-store]\ndir = ${base}/file/store\n`)
  const [problem] = await surroundingProblems(configuration)
  expect(problem).toMatchObject({ section: 'local-store', option: 'dir' })
  expect(await surroundingProblems(configuration, true)).toEqual([])
})
