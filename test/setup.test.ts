import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The scripts are plain JavaScript, outside what TypeScript knows here. */
const { isSupported }: { isSupported: (version: string) => boolean } = await import(
  `${root}scripts/setup/node-version.mjs`
)

const setup = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/setup.mjs', ...args], { cwd: root, encoding: 'utf8', timeout: 28_000 })

describe('setup', () => {
  it.each(['20.19.0', '20.20.2', '22.13.0', '22.21.1', '23.5.0', '24.0.0', '26.1.0'])('takes Node %s', (version) => {
    expect(isSupported(version)).toBe(true)
  })

  it.each(['18.20.8', '20.18.3', '21.7.3', '22.12.0', '23.4.0'])('refuses Node %s', (version) => {
    expect(isSupported(version)).toBe(false)
  })

  it('has the same oldest release as package.json', () => {
    const { engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    const [, major, minor] = /^>=(\d+)\.(\d+)\.0$/.exec(engines.node)!
    expect(isSupported(`${major}.${minor}.0`)).toBe(true)
    expect(isSupported(`${major}.${Number(minor) - 1}.9`)).toBe(false)
  })

  it('says nothing when nothing is to do', () => {
    expect(setup('test').status).toBe(0)
    expect(setup('test')).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  it('names its modes when it is given another', () => {
    const { status, stderr } = setup('biuld')
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'setup: found "biuld", expected one of: build, start, test, contrib, page, machine, releases\n',
    })
  })
})
