import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { root, run } from './run.ts'

/** The result of monit's check of a file. */
async function checked(change = (text: string) => text) {
  const directory = await temporaryDirectory()
  const file = join(directory, 'haproxystats')
  const text = await readFile(join(root, 'contrib/monit/haproxystats'), 'utf8')
  // monit wants the check to be there, which it is only where haproxystats is installed.
  await writeFile(file, change(text.replaceAll('/usr/lib/nagios/plugins', join(root, 'contrib/nagios'))))
  const control = join(directory, 'monitrc')
  const kept = ['idfile', 'statefile', 'pidfile'].map((what) => `set ${what} ${directory}/${what}`)
  await writeFile(control, `set daemon 30\n${kept.join('\n')}\ninclude ${file}\n`)
  await chmod(control, 0o600)
  return run('monit', ['-t', '-c', control])
}

it('monit takes its configuration', async () => {
  const { status, output } = await checked()
  expect(status, output).toBe(0)
  expect(output).toMatch(/Control file syntax OK/)
})

it('monit would not take a mistake', async () => {
  expect((await checked((text) => text.replace('matching', 'matchin'))).status).not.toBe(0)
})
