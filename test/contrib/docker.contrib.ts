import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderDiagnostic } from '@haproxystats/core'
import { expect, it } from 'vitest'
import { readConfiguration } from '../support/configuration.ts'
import { root, run } from './run.ts'

const folder = join(root, 'contrib/docker')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

it('docker-compose takes the composition', () => {
  const { status, output } = run('docker-compose', ['-f', 'compose.yml', 'config'], { cwd: folder })
  expect(status, output).toBe(0)
  for (const service of ['haproxy', 'pull', 'process', 'graphite', 'grafana'])
    expect(output).toContain(`\n  ${service}:\n`)
})

it('what the composition mounts is there', () => {
  const mounts = [...read('compose.yml').matchAll(/- (\.[^:]*):/g)].map(([, path]) => path!)
  expect(mounts.length).toBeGreaterThan(4)
  for (const path of mounts) expect(existsSync(join(folder, path)), path).toBe(true)
})

it('haproxy and the programs take their configurations', () => {
  expect(run('/usr/sbin/haproxy', ['-c', '-f', join(folder, 'haproxy.cfg')]).status).toBe(0)
  const { errors, warnings } = readConfiguration([{ file: 'haproxystats.conf', text: read('haproxystats.conf') }])
  expect(errors.map(renderDiagnostic)).toEqual([])
  // In the container it is reached through the port that the composition publishes, on loopback.
  expect(warnings.map(renderDiagnostic)).toEqual([
    expect.stringContaining('everybody who can reach *:8405 can read the statistics'),
  ])
  expect(read('compose.yml')).toContain('"127.0.0.1:8405:8405"')
})

it('the image is made with the package manager of the project, and what it copies is there', () => {
  const [, pnpm] = /'(pnpm@[\d.]+)'/.exec(readFileSync(join(root, 'scripts/setup/workspace.mjs'), 'utf8')) ?? []
  const dockerfile = read('Dockerfile')
  expect(pnpm).toBeDefined()
  expect(dockerfile).toContain(`--package=${pnpm} `)
  expect(readdirSync(join(root, 'contrib/nagios')).filter((name) => name.startsWith('check_'))).toHaveLength(4)
  for (const program of ['pull', 'process']) {
    const [, bin] = new RegExp(`/opt/haproxystats/(${program}/bin/\\S+)`).exec(dockerfile) ?? []
    expect(existsSync(join(root, 'packages', bin!))).toBe(true)
  }
  expect(dockerfile).toMatch(/^USER \d+:\d+$/m)
})
