import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Program } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { installedPrograms, root, run } from './run.ts'

/** Where Debian keeps it, which is in no user's PATH. */
const nagios = '/usr/sbin/nagios4'

const checks = ['queue_size', 'process', 'pull', 'process_workers'] as const

/** What Nagios needs to run each check once a second, as the user who runs this test. */
function configuration(directory: string): string {
  const user = userInfo().username
  return `
cfg_file=${directory}/objects.cfg
resource_file=${directory}/resource.cfg
log_file=${directory}/nagios.log
log_archive_path=${directory}/archive
status_file=${directory}/status.dat
object_cache_file=${directory}/objects.cache
precached_object_file=${directory}/objects.precache
state_retention_file=${directory}/retention.dat
temp_file=${directory}/nagios.tmp
temp_path=${directory}
check_result_path=${directory}/results
query_socket=${directory}/query.sock
command_file=${directory}/command
lock_file=${directory}/lock
nagios_user=${user}
nagios_group=${user}
interval_length=1
status_update_interval=1
check_external_commands=0
enable_notifications=0
service_inter_check_delay_method=n
`
}

function objects(file: string): string {
  const often = `max_check_attempts 1
check_interval 1
retry_interval 1
check_period always
notification_interval 0
notification_period always
contacts nobody`
  const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
  const services = checks.map(
    (check) => `
define command {
command_name ${check}
command_line ${root}/contrib/nagios/check_haproxystats_${check} -f ${file} -t 20
}
define service {
host_name balancer
service_description ${check}
check_command ${check}
${often}
}`,
  )
  return `
define timeperiod {
timeperiod_name always
alias always
${days.map((day) => `${day} 00:00-24:00`).join('\n')}
}
define contact {
contact_name nobody
host_notification_period always
host_notification_commands pull
service_notification_period always
service_notification_commands pull
}
define host {
host_name balancer
address 127.0.0.1
active_checks_enabled 0
${often}
}
${services.join('\n')}`
}

/** What Nagios has found out of each check: state, line and performance data. */
async function readResults(directory: string): Promise<Record<string, { state: string; line: string; data: string }>> {
  const text = await readFile(join(directory, 'status.dat'), 'utf8').catch(() => '')
  const blocks = text.split('servicestatus {').slice(1)
  const value = (block: string, key: string) => new RegExp(`^\\s*${key}=(.*)$`, 'm').exec(block)?.[1] ?? ''
  const checked = blocks.filter((block) => value(block, 'has_been_checked') === '1')
  return Object.fromEntries(
    checked.map((block) => {
      const [state, line, data] = ['current_state', 'plugin_output', 'performance_data'].map((key) => value(block, key))
      return [value(block, 'service_description'), { state: state!, line: line!, data: data! }]
    }),
  )
}

it('nagios4 runs every check and understands it', async () => {
  const directory = await temporaryDirectory()
  for (const name of ['results', 'archive', 'sockets']) await mkdir(join(directory, name))
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
  const env = { ...process.env, PATH: `${await installedPrograms(directory)}:${process.env['PATH']}` }
  const child = spawn(nagios, [join(directory, 'nagios.cfg')], { stdio: 'ignore', env })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const states = async (wanted: Record<string, string>) => {
    const results = await readResults(directory)
    return Object.entries(wanted).every(([check, state]) => results[check]?.state === state) && results
  }
  const first = await until(
    'Nagios to know all states',
    () => states({ queue_size: '0', process: '0', process_workers: '0', pull: '2' }),
    90,
  )
  expect(first['queue_size']!.data).toBe('queue=0;60;120;0')
  expect(first['process']!.data).toMatch(/^age=\d+s;30;60;0 queue=0;;;0 /)
  expect(first['pull']!.line).toMatch(/^PULL CRITICAL - haproxystats-pull is not running: there is no /)

  expect(await program.stop()).toBe(0)
  const second = await until('Nagios to see that process has ended', () => states({ process: '2' }), 60)
  expect(second['process']!.line).toMatch(/^PROCESS CRITICAL - haproxystats-process is not running: process \d+ /)
})
