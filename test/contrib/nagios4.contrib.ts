import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Program } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { root, run } from './run.ts'

/** Where Debian keeps it, which is in no user's PATH. */
const nagios = '/usr/sbin/nagios4'

const checks = ['queue_size', 'process', 'pull', 'process_workers'] as const

/** What Nagios needs to run each check once a second, as whoever runs this test. */
function configuration(directory: string): string {
  const user = userInfo().username
  const objects = join(directory, 'objects.cfg')
  const settings = {
    ...{ log_file: 'nagios.log', cfg_file: objects, status_file: 'status.dat', object_cache_file: 'objects.cache' },
    ...{
      precached_object_file: 'objects.precache',
      temp_file: 'nagios.tmp',
      temp_path: '',
      check_result_path: 'results',
    },
    ...{
      query_socket: 'query.sock',
      command_file: 'command',
      lock_file: 'lock',
      state_retention_file: 'retention.dat',
    },
    ...{ resource_file: 'resource.cfg', log_archive_path: 'archive' },
  }
  const paths = Object.entries(settings).map(
    ([key, name]) => `${key}=${name === objects ? name : join(directory, name)}`,
  )
  const rest = [`nagios_user=${user}`, `nagios_group=${user}`, 'interval_length=1', 'status_update_interval=1']
  const tuned = ['check_external_commands=0', 'enable_notifications=0', 'service_inter_check_delay_method=n']
  return `${[...paths, ...rest, ...tuned].join('\n')}\n`
}

function objects(file: string): string {
  const folder = join(root, 'contrib/nagios')
  const commands = checks.map((check) => {
    return `define command {\ncommand_name ${check}\ncommand_line ${folder}/check_haproxystats_${check} -f ${file} -t 20\n}`
  })
  const often =
    'max_check_attempts 1\ncheck_interval 1\nretry_interval 1\ncheck_period always\nnotification_interval 0\nnotification_period always\ncontacts nobody'
  const services = checks.map((check) => {
    return `define service {\nhost_name balancer\nservice_description ${check}\ncheck_command ${check}\n${often}\n}`
  })
  const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
  const always = `define timeperiod {\ntimeperiod_name always\nalias always\n${days.map((day) => `${day} 00:00-24:00`).join('\n')}\n}`
  const host = `define host {\nhost_name balancer\naddress 127.0.0.1\nactive_checks_enabled 0\n${often}\n}`
  const told = ['host', 'service'].map(
    (kind) => `${kind}_notification_period always\n${kind}_notification_commands pull`,
  )
  const contact = `define contact {\ncontact_name nobody\n${told.join('\n')}\n}`
  return [always, contact, host, ...commands, ...services].join('\n')
}

/** What Nagios has found out of each check: state, line and performance data. */
async function found(directory: string): Promise<Record<string, { state: string; says: string; data: string }>> {
  const text = await readFile(join(directory, 'status.dat'), 'utf8').catch(() => '')
  const blocks = text.split('servicestatus {').slice(1)
  const value = (block: string, key: string) => new RegExp(`^\\s*${key}=(.*)$`, 'm').exec(block)?.[1] ?? ''
  const checked = blocks.filter((block) => value(block, 'has_been_checked') === '1')
  return Object.fromEntries(
    checked.map((block) => {
      const [state, says, data] = ['current_state', 'plugin_output', 'performance_data'].map((key) => value(block, key))
      return [value(block, 'service_description'), { state: state!, says: says!, data: data! }]
    }),
  )
}

it('nagios4 runs every check and understands it', async () => {
  const directory = await temporaryDirectory()
  await mkdir(join(directory, 'results'))
  await mkdir(join(directory, 'archive'))
  await mkdir(join(directory, 'sockets'))
  const file = join(directory, 'haproxystats.conf')
  const store = `[graphite]\nenabled = false\n[local-store]\ndir = ${directory}/store\n`
  const pulled = `[pull]\nsocket-dir = ${directory}/sockets\npull-interval = 1\npull-timeout = 0\n`
  await writeFile(file, `[paths]\nbase-dir = ${directory}/base\n${pulled}${store}`)
  await mkdir(join(directory, 'base'), { mode: 0o750 })
  await writeFile(join(directory, 'resource.cfg'), '')
  await writeFile(join(directory, 'objects.cfg'), objects(file))
  await writeFile(join(directory, 'nagios.cfg'), configuration(directory))
  const verified = run(nagios, ['-v', join(directory, 'nagios.cfg')])
  expect(verified.status, verified.output).toBe(0)

  const program = new Program('process', '-f', file)
  await program.said('watching')
  const child = spawn(nagios, [join(directory, 'nagios.cfg')], { stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const states = async (wanted: Record<string, string>) => {
    const results = await found(directory)
    return Object.entries(wanted).every(([check, state]) => results[check]?.state === state) && results
  }
  const first = await until(
    'Nagios to know all states',
    () => states({ queue_size: '0', process: '0', process_workers: '0', pull: '2' }),
    90,
  )
  expect(first['queue_size']!.data).toBe('queue=0;60;120;0')
  expect(first['process']!.data).toMatch(/^age=\d+s;30;60;0 queue=0;;;0 /)
  expect(first['pull']!.says).toMatch(/^PULL CRITICAL - haproxystats-pull is not running: there is no /)

  expect(await program.stop()).toBe(0)
  const second = await until('Nagios to see that process has ended', () => states({ process: '2' }), 60)
  expect(second['process']!.says).toMatch(/^PROCESS CRITICAL - haproxystats-process is not running: process \d+ /)
})
