import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { expectEveryOption, furtherSections, samples } from './options.ts'
import { installedPrograms, root, run } from './run.ts'

const modules = join(root, 'contrib/puppet')

/** A value in Puppet's language, in which a dollar in double quotes would be a variable. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${literal(key)} => ${literal(inner)}`)
      .join(', ')} }`
  }
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value)
}

async function apply(directory: string, parameters: Record<string, unknown>, ...args: string[]) {
  const given = Object.entries(parameters).map(([name, value]) => `${name} => ${literal(value)},`)
  const folders = ['confdir', 'vardir', 'codedir'].map((name) => `--${name}=${join(directory, name)}`)
  const manifest = `class { 'haproxystats': ${given.join(' ')} }`
  return run('puppet', ['apply', ...folders, '--modulepath', modules, '--color=false', ...args, '-e', manifest])
}

it('puppet-lint and the parser have nothing to say', () => {
  expect(run('puppet-lint', ['--fail-on-warnings', modules])).toEqual({ status: 0, output: '' })
  expect(run('puppet', ['parser', 'validate', '--color=false', modules]).status).toBe(0)
})

it('writes every option, and the programs take it', async () => {
  const directory = await temporaryDirectory()
  const file = join(directory, 'haproxystats.conf')
  const parameters = {
    ...Object.fromEntries(samples.map(({ variable, value }) => [variable, value])),
    sections: furtherSections,
    file,
    user: 'root',
    programs: await installedPrograms(directory),
  }
  const { status, output } = await apply(
    directory,
    parameters,
    '--tags',
    'haproxystats::config',
    '--detailed-exitcodes',
  )
  expect(status, output).toBe(2)
  expectEveryOption(file)
})

it('refuses what the programs refuse', async () => {
  const directory = await temporaryDirectory()
  const file = join(directory, 'haproxystats.conf')
  const parameters = { file, user: 'root', programs: await installedPrograms(directory), sections: { pull: { x: 1 } } }
  const { status, output } = await apply(
    directory,
    parameters,
    '--tags',
    'haproxystats::config',
    '--detailed-exitcodes',
  )
  expect(status, output).not.toBe(2)
  expect(output).toMatch(/no such option/)
})

it('is compiled and applied as a whole with --noop', async () => {
  const directory = await temporaryDirectory()
  const parameters = { file: join(directory, 'haproxystats.conf'), pull_socket_dir: '/run/haproxy' }
  const { status, output } = await apply(directory, parameters, '--noop', '--detailed-exitcodes')
  expect(status, output).toBeLessThan(4)
  expect(output).not.toMatch(/Error: (?!Facter)/)
  expect(output).toMatch(/Package\[haproxystats\]\/ensure.*noop/)
  expect(output).toMatch(/User\[haproxystats\]\/ensure.*noop/)
  expect(output).toMatch(/File\[.*haproxystats.conf\]\/ensure.*noop/)
  expect(output).toMatch(/Service\[haproxystats-pull\].*noop/)
})
