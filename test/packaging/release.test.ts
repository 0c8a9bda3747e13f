import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '@haproxystats/core'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Module {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly source: string
  readonly optional: boolean
  readonly needs: readonly string[]
  readonly place: string
}
interface Bill {
  readonly components: readonly { purl: string; hashes: { content: string }[] }[]
  readonly dependencies: readonly { ref: string; dependsOn: string[] }[]
}

/** The scripts are plain JavaScript, outside what TypeScript knows here. */
const load = (path: string) => import(`${root}scripts/${path}`)
const contents: {
  contentProblems: (paths: readonly string[]) => string[]
  shrinkwrapProblems: (shrinkwrap: object, modules: readonly Module[]) => string[]
} = await load('release/contents.mjs')
const licences: {
  isAllowed: (licence: unknown, allowed: readonly string[]) => boolean
  moduleProblems: (modules: readonly Module[]) => string[]
} = await load('release/licences.mjs')
const { billOfMaterials }: { billOfMaterials: (modules: readonly Module[]) => Bill } = await load('release/sbom.mjs')
const { runtimeModules }: { runtimeModules: (optional?: boolean) => Module[] } = await load('package/modules.mjs')
const { debianVersion }: { debianVersion: (version: string) => string } = await load('package/deb.mjs')

function node(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    timeout: 50_000,
  })
  return { status, stdout, stderr }
}

describe('the check of a release', () => {
  it('passes here', () => {
    const { status, stdout, stderr } = node(join(root, 'scripts/release/check.mjs'))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^haproxystats-\S+\.tgz: \d+ bytes, sha256 [0-9a-f]{64}$/m)
    expect(stdout).not.toContain('FAILED')
  })

  it('sees what is packed by mistake, and what is missing', () => {
    const problems = contents.contentProblems(['package.json', 'src/secret.key', 'bin/haproxystats-pull.js'])
    expect(problems).toContain('src/secret.key: is packed and should not be')
    expect(problems).toContain('bin/haproxystats-process.js: is not packed')
    expect(problems.join('\n')).not.toContain('package.json: ')
  })

  it('sees what npm would install otherwise than it was tested', () => {
    const modules = runtimeModules().filter(({ place }) => place === 'pino' || place === 'once')
    const packages = {
      '': {},
      'node_modules/@haproxystats/core': { inBundle: true },
      'node_modules/pino': { version: '1.0.0', integrity: 'sha512-x', resolved: 'x' },
      'node_modules/odd': { version: '2.0.0' },
    }
    expect(contents.shrinkwrapProblems({ packages }, modules)).toEqual([
      expect.stringMatching(/node_modules\/pino 1\.0\.0: was tested as \d/),
      expect.stringContaining('node_modules/odd 2.0.0: was tested as nothing'),
      expect.stringContaining('node_modules/odd has no checksum'),
      expect.stringContaining('node_modules/once is missing'),
      'npm-shrinkwrap.json: names a registry',
    ])
  })

  it('sees licences that nobody allowed, and what is compiled or run', async () => {
    const source = await temporaryDirectory()
    const manifest = { name: 'odd', version: '1.0.0', license: 'GPL-3.0', scripts: { postinstall: 'node x.js' } }
    await writeFile(join(source, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(source, 'binding.gyp'), '{}')
    const odd = { ...manifest, source, optional: false, needs: [], place: 'odd' }
    expect(licences.moduleProblems([odd])).toEqual([
      expect.stringMatching(/^odd 1\.0\.0: found licence GPL-3\.0, expected one of .*MIT/),
      'odd 1.0.0: the text of its licence is missing',
      expect.stringContaining('runs a script at postinstall'),
      expect.stringContaining('is compiled'),
    ])
  })

  it('reads expressions of licences', () => {
    const allowed = ['MIT', 'ISC']
    for (const fine of ['MIT', '(MIT OR GPL-2.0)', 'MIT AND ISC']) expect(licences.isAllowed(fine, allowed)).toBe(true)
    for (const bad of ['GPL-2.0', 'MIT AND GPL-2.0', undefined, '', { type: 'MIT' }]) {
      expect(licences.isAllowed(bad, allowed)).toBe(false)
    }
  })
})

describe('the modules that are delivered', () => {
  it('are found by everything that needs them, in the release it needs', () => {
    const modules = runtimeModules()
    const at = new Map(modules.map((module) => [module.place, module]))
    expect(modules.length).toBeGreaterThan(20)
    expect(at.has('@napi-rs/nice')).toBe(false)
    expect(runtimeModules(true).some(({ name }) => name === '@napi-rs/nice')).toBe(true)
    const transports = modules.filter(({ name }) => name === 'pino-abstract-transport')
    expect(new Set(transports.map((module) => module.version)).size).toBe(transports.length)
    for (const { place, needs } of modules) {
      for (const need of needs) expect(at.has(`${place}/node_modules/${need}`) || at.has(need)).toBe(true)
    }
  })

  it('are in the bill of materials, with what depends on what', () => {
    const { components, dependencies } = billOfMaterials(runtimeModules())
    const urls = components.map(({ purl }) => purl)
    expect(new Set(urls).size).toBe(urls.length)
    for (const { hashes } of components) expect(hashes[0]!.content).toMatch(/^[0-9a-f]{128}$/)
    const [product, ...others] = dependencies
    expect(product!.ref).toBe(`pkg:npm/haproxystats@${version}`)
    expect(product!.dependsOn.map((url) => url.replace(/@[^@]*$/, ''))).toContain('pkg:npm/commander')
    expect(others.map(({ ref }) => ref)).toEqual(urls)
    for (const { dependsOn } of dependencies) for (const url of dependsOn) expect(urls).toContain(url)
  })
})

describe('the version', () => {
  /** A checkout with nothing but what has the version in it. */
  async function checkout(): Promise<string> {
    const directory = await temporaryDirectory()
    await cp(join(root, 'scripts'), join(directory, 'scripts'), { recursive: true })
    for (const folder of ['.', ...['core', 'haproxy', 'page', 'pull', 'process'].map((name) => `packages/${name}`)]) {
      await mkdir(join(directory, folder), { recursive: true })
      await cp(join(root, folder, 'package.json'), join(directory, folder, 'package.json'))
    }
    return directory
  }

  it('is the same everywhere, and is set everywhere', async () => {
    const directory = await checkout()
    const script = join(directory, 'scripts/release/versions.mjs')
    expect(node(script)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
    expect(node(script, '2.3.4-beta.5').status).toBe(0)
    expect(node(script).stdout).toBe('2.3.4-beta.5\n')
    const manifest = await readFile(join(directory, 'packages/pull/package.json'), 'utf8')
    expect(manifest).toContain('"version": "2.3.4-beta.5"')
    expect(manifest).toContain('"@haproxystats/core": "workspace:*"')
  })

  it('that differs is named with its file and what to do', async () => {
    const directory = await checkout()
    const file = join(directory, 'packages/pull/package.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace(version, '0.0.1'))
    const { status, stderr } = node(join(directory, 'scripts/release/versions.mjs'))
    expect(status).toBe(1)
    expect(stderr).toBe(
      `packages/pull/package.json: found version 0.0.1, expected ${version} as in package.json; npm run release:version ${version}\n`,
    )
    expect(node(join(directory, 'scripts/release/versions.mjs'), 'next')).toMatchObject({ status: 2 })
  })

  it('sorts a pre-release before its release in Debian', () => {
    expect(debianVersion('2.0.0-beta.1')).toBe('2.0.0~beta.1-1')
    expect(debianVersion('2.0.0')).toBe('2.0.0-1')
    const { status } = spawnSync('dpkg', [
      '--compare-versions',
      debianVersion('2.0.0-beta.1'),
      'lt',
      debianVersion('2.0.0'),
    ])
    expect(status).toBe(0)
  })
})
