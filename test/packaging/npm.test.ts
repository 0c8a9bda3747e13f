import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { version } from '@haproxystats/core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startHaproxy } from '../support/haproxy.ts'
import { npmRegistry, type Published } from '../support/npm-registry.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

function run(command: string, args: readonly string[], cwd = process.cwd()): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000, cwd })
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${error ?? ''}${stderr}${stdout}`)
  return stdout
}

let packed: string
let tarball: string
beforeAll(() => {
  packed = mkdtempSync(join(tmpdir(), 'hs-packed-'))
  const script = fileURLToPath(new URL('../../scripts/package/npm.mjs', import.meta.url))
  tarball = run(process.execPath, [script, packed]).trim()
  expect(tarball).toBe(join(packed, `haproxystats-${version}.tgz`))
})
afterAll(() => rmSync(packed, { recursive: true }))

/** Runs an installed program until the test has finished. */
function start(program: string, configuration: string): void {
  const child = spawn(program, ['-f', configuration], { stdio: ['ignore', 'ignore', 'inherit'] })
  const gone = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })
}

test('the packed programs install into an empty prefix, and read a real HAProxy', { timeout: 240_000 }, async () => {
  const directory = await temporaryDirectory()
  const names = run('tar', ['-tzf', tarball]).trim().split('\n')
  expect(names.filter((name) => /\.ts$|\.map$|test/.test(name))).toEqual([])
  const bundled = names.filter((name) => name.includes('node_modules/'))
  expect(bundled.filter((name) => !name.startsWith('package/node_modules/@haproxystats/'))).toEqual([])

  const prefix = join(directory, 'prefix')
  await mkdir(prefix)
  run('npm', ['install', '--global', '--prefer-offline', '--ignore-scripts', '--prefix', prefix, tarball], directory)
  const home = join(prefix, 'lib/node_modules/haproxystats')
  const manifests = readdirSync(join(home, 'node_modules/@haproxystats')).map((name) =>
    readFileSync(join(home, 'node_modules/@haproxystats', name, 'package.json'), 'utf8'),
  )
  expect([readFileSync(join(home, 'package.json'), 'utf8'), ...manifests].join('')).not.toContain('workspace:')
  expect(existsSync(join(prefix, 'share/man/man5/haproxystats.conf.5'))).toBe(true)

  const haproxy = await startHaproxy()
  const configuration = join(directory, 'haproxystats.conf')
  const socket = join(directory, 'http.sock')
  const store = join(directory, 'store')
  await writeFile(
    configuration,
    `[paths]\nbase-dir = ${directory}\n[pull]\nservers = unix://${haproxy.sockets[0]}\npull-interval = 1\npull-timeout = 0\ntimeout = 0.8\n[graphite]\nenabled = false\n[local-store]\ndir = ${store}\n[http]\nlisten = unix://${socket}\n`,
  )
  const programs = ['haproxystats-pull', 'haproxystats-process'].map((name) => join(prefix, 'bin', name))
  for (const program of programs) {
    expect(run(program, ['--version'])).toBe(`${version}\n`)
    expect(run(program, ['--check', '-f', configuration])).toContain('configuration OK')
  }
  for (const program of programs) start(program, configuration)
  const [snapshot] = await until('a snapshot in the local store', async () => {
    const found = await readdir(store).catch(() => [])
    return found.length > 0 && found
  })
  const lines = await until('its datapoints', () =>
    readFile(join(store, snapshot!, 'stats'), 'utf8').catch(() => false as const),
  )
  expect(lines).toMatch(/frontend\.www\.stot \d+ \d+\n/)
  const status = () => get(socket, '/f/www/status').catch(() => undefined)
  await until('the page to have numbers', async () => (await status()) === 'OPEN\n')
  expect(await get(socket, '/')).toContain('<script type="module"')
})

/** What is served at a path. */
function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path }, async (response) => {
      let body = ''
      for await (const part of response.setEncoding('utf8')) body += part
      resolve(body)
    })
    request.on('error', reject)
  })
}

interface Module {
  readonly place: string
  readonly version: string
}
const { runtimeModules }: { runtimeModules: () => Module[] } = await import(
  new URL('../../scripts/package/modules.mjs', import.meta.url).href
)

test('from a registry npm installs the releases that were tested, and nothing else', { timeout: 240_000 }, async () => {
  const directory = await temporaryDirectory()
  const manifest: Published = JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json']))
  const elsewhere = run('npm', ['config', 'get', 'registry']).trim()
  const registry = await npmRegistry(manifest, await readFile(tarball), elsewhere)
  const prefix = join(directory, 'prefix')
  await mkdir(prefix)
  const install = ['install', '--global', '--prefer-offline', '--ignore-scripts', '--registry', registry]
  await promisify(execFile)('npm', [...install, '--prefix', prefix, 'haproxystats'], { timeout: 120_000 })

  const modules = join(prefix, 'lib/node_modules/haproxystats/node_modules')
  const installed = async (place: string) =>
    JSON.parse(await readFile(join(modules, place, 'package.json'), 'utf8')).version
  const tested = runtimeModules().filter(({ place }) => !place.includes('/node_modules/'))
  const tops = tested.map(({ place }) => place.split('/')[0])
  expect((await readdir(modules)).filter((name) => !name.startsWith('.')).sort()).toEqual(
    [...new Set(['@haproxystats', ...tops])].sort(),
  )
  for (const { place, version } of runtimeModules()) expect([place, await installed(place)]).toEqual([place, version])
})
