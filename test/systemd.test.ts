import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stopTime } from '../packages/process/src/delivery/delivery.ts'
import { readDropIns } from './packaging/systemd/drop-ins.mjs'

const units = new URL('../systemd/', import.meta.url)
const names = readdirSync(units).filter((name) => name.endsWith('.service'))
const read = (name: string) => readFileSync(new URL(name, units), 'utf8')

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'haproxystats-units-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/**
 * The complaints of `systemd-analyze verify` about a unit. It requires the commands to exist, which they do only where
 * haproxystats is installed, so /bin/true replaces them. Complaints about other units of the machine are left out.
 */
function verify(name: string, text: string, dropIn?: string): { complaints: string[]; exitCode: number | null } {
  const path = join(directory, name)
  writeFileSync(path, text.replace(/^(ExecStart(?:Pre)?=)\S+/gm, '$1/bin/true'))
  rmSync(`${path}.d`, { recursive: true, force: true })
  if (dropIn !== undefined) {
    mkdirSync(`${path}.d`)
    writeFileSync(join(`${path}.d`, 'drop-in.conf'), dropIn)
  }
  const result = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8', timeout: 25_000 })
  expect(result.error).toBeUndefined()
  const complaints = `${result.stdout}${result.stderr}`.split('\n').filter((line) => line.includes(name))
  return { complaints, exitCode: result.status }
}

/** How much a unit may do that it need not, from 0 to 10, by `systemd-analyze security`. */
function exposure(name: string, text: string): number {
  const path = join(directory, name)
  writeFileSync(path, text)
  const result = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
    encoding: 'utf8',
    timeout: 25_000,
  })
  const level = /Overall exposure level for \S+: ([\d.]+)/.exec(result.stdout)?.[1]
  if (level === undefined) throw new Error(`no level in: ${result.stdout}${result.stderr}`)
  return Number(level)
}

/** All values that a unit gives a key. */
function values(text: string, key: string): string[] {
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value!)
}

describe('the units', () => {
  it('are one for each program', () => {
    expect(names).toEqual(['haproxystats-process.service', 'haproxystats-pull.service'])
  })

  it.each(names)('%s passes systemd-analyze verify', (name) => {
    expect(verify(name, read(name))).toEqual({ complaints: [], exitCode: 0 })
  })

  it.each(names)('%s starts the program of its name after checking its configuration', (name) => {
    const program = name.replace(/\.service$/, '')
    const folder = program.replace('haproxystats-', '')
    const manifest = JSON.parse(readFileSync(new URL(`../packages/${folder}/package.json`, import.meta.url), 'utf8'))
    expect(Object.keys(manifest.bin)).toEqual([program])
    const command = `/usr/bin/${program} -f /etc/haproxystats.conf`
    expect(values(read(name), 'ExecStart')).toEqual([command])
    expect(values(read(name), 'ExecStartPre')).toEqual([`-${command} --check`])
  })

  it.each(names)('%s runs as its own user, keeps its state, and comes back after a failure', (name) => {
    const text = read(name)
    expect(values(text, 'User')).toEqual(['haproxystats'])
    expect(values(text, 'StateDirectory')).toEqual(['haproxystats'])
    expect(values(text, 'StateDirectoryMode')).toEqual(['0750'])
    expect(values(text, 'Restart')).toEqual(['on-failure'])
    expect(values(text, 'MemoryDenyWriteExecute')).toEqual([])
  })

  it('haproxystats-process.service leaves the time to stop that the program and docs/operating.md say, and a little more', () => {
    const text = read('haproxystats-process.service')
    expect(text).toContain(`# It ends within ${stopTime} seconds`)
    expect(values(text, 'TimeoutStopSec')).toEqual([String(stopTime + 5)])
    expect(readFileSync(new URL('../docs/operating.md', import.meta.url), 'utf8')).toContain(
      `process within ${stopTime} seconds`,
    )
  })

  it.each(names)('%s may do little that it need not', (name) => {
    expect(exposure(name, read(name))).toBeLessThanOrEqual(1.5)
  })

  it.each(names)('%s tells systemd of its readiness and of its life', (name) => {
    const text = read(name)
    expect(values(text, 'Type')).toEqual(['notify'])
    // What speaks to systemd is a child of the program.
    expect(values(text, 'NotifyAccess')).toEqual(['all'])
    expect(Number(values(text, 'WatchdogSec')[0])).toBeGreaterThan(30)
  })
})

describe('the drop-ins of docs/systemd.md', () => {
  const name = 'haproxystats-process.service'
  const dropIns = readDropIns()

  it('are one for each chapter of what the unit does not allow', () => {
    expect(dropIns.map(({ name }) => name)).toEqual([
      'low-port.conf',
      'home.conf',
      'run.conf',
      'letsencrypt.conf',
      'directory.conf',
    ])
  })

  it.each(dropIns)('$name passes systemd-analyze verify', ({ text }) => {
    expect(verify(name, read(name), text)).toEqual({ complaints: [], exitCode: 0 })
  })

  it('are each tried on a running systemd', () => {
    const script = readFileSync(new URL('./packaging/systemd/drop-ins.sh', import.meta.url), 'utf8')
    for (const { name } of dropIns) expect(script).toContain(`serves ${name} `)
  })
})

it('haproxystats-process may lower the priority of its threads', () => {
  // @resources has setpriority; of these lines the last that names a call decides.
  const filters = ['@system-service', '~@privileged @resources', 'setpriority']
  expect(values(read('haproxystats-process.service'), 'SystemCallFilter')).toEqual(filters)
})
