import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { expectEveryOption, furtherSections, samples } from './options.ts'
import { installedPrograms, root, run } from './run.ts'

const cwd = join(root, 'contrib/ansible')

/** Runs the playbook on this machine. */
async function play(directory: string, variables: Record<string, unknown>, ...args: string[]) {
  const file = join(directory, 'variables.json')
  await writeFile(file, JSON.stringify(variables))
  const local = ['-i', 'localhost,', '-c', 'local', '-e', `@${file}`, '-e', 'ansible_become=false']
  const env = {
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_GATHER_SUBSET: '!all',
    ANSIBLE_LOCAL_TEMP: join(directory, 'ansible'),
    HOME: directory,
  }
  return run('ansible-playbook', ['playbook.yml', ...local, ...args], { cwd, env })
}

it('ansible-lint has nothing to say', () => {
  expect(run('ansible-lint', ['--offline', '--nocolor', '-q'], { cwd })).toEqual({ status: 0, output: '' })
})

it('writes every option, and the programs take it', async () => {
  const directory = await temporaryDirectory()
  const file = join(directory, 'haproxystats.conf')
  const options = samples.map(({ variable, value }) => [`haproxystats_${variable}`, value])
  const variables = {
    ...Object.fromEntries(options),
    haproxystats_sections: furtherSections,
    haproxystats_file: file,
    haproxystats_configuration_group: 'root',
    haproxystats_programs: await installedPrograms(directory),
  }
  const { status, output } = await play(directory, variables, '--tags', 'configure')
  expect(status, output).toBe(0)
  expectEveryOption(file)
  const again = await play(directory, variables, '--tags', 'configure', '--check')
  expect(again.output).toMatch(/changed=0 /)
})

it('refuses what the programs refuse', async () => {
  const directory = await temporaryDirectory()
  const { status, output } = await play(
    directory,
    {
      haproxystats_file: join(directory, 'haproxystats.conf'),
      haproxystats_configuration_group: 'root',
      haproxystats_programs: await installedPrograms(directory),
      haproxystats_process_workers: 0,
    },
    '--tags',
    'configure',
  )
  expect(status).not.toBe(0)
  expect(output).toMatch(/workers = 0: expected a whole number from 1 to 256/)
})

it('goes through as a whole with --check --diff', async () => {
  const directory = await temporaryDirectory()
  const variables = { haproxystats_install: 'npm', haproxystats_programs: await installedPrograms(directory) }
  const { status, output } = await play(directory, variables, '--check', '--diff')
  expect(status, output).toBe(0)
  expect(output).toContain('+socket-dir = /run/haproxy\n')
  expect(output).toContain('+server = graphite.example.com\n')
  expect(output).toContain('+ExecStart=/usr/bin/haproxystats-pull ')
  expect(output).toMatch(/failed=0 /)
})
