/** Rows that HAProxy is asked to leave out. */
import { expect, test } from 'vitest'
import { launchPull, startPull } from '../pull/pull-program.ts'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { type PortOf, startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const config = (port: PortOf) => `
frontend www
  bind 127.0.0.1:${port('www')} name here
  option socket-stats
  default_backend app

backend app
  server up 127.0.0.1:${port('www')}
  server resting 127.0.0.1:${port('www')} disabled
`

const objects = (stat: string | undefined) =>
  (stat ?? '').split('\n').flatMap((row) => (/^(www|app),/.test(row) ? row.split(',').slice(0, 2).join('/') : []))

test.each([
  ['listeners', ['www/FRONTEND', 'app/up', 'app/resting', 'app/BACKEND']],
  ['servers', ['www/FRONTEND', 'www/here', 'app/BACKEND']],
  ['listeners servers', ['www/FRONTEND', 'app/BACKEND']],
])('HAProxy leaves out %s', async (words, left) => {
  const master = `${await temporaryDirectory()}/master.sock`
  const daemon = await startHaproxy({ masterSocket: master, config })
  const pull = await startPull({ pull: { servers: `master://${master}`, 'leave-out': words } })
  const beside = await startPull({ pull: { servers: `unix://${daemon.sockets[0]}`, 'leave-out': words } })
  expect(objects((await pull.read((await pull.published())[0]!))['master.sock_stat'])).toEqual(left)
  expect(objects((await beside.read((await beside.published())[0]!))['lb1.sock_stat'])).toEqual(left)
})

test('servers in maintenance are left out as soon as the release is known to do so', async () => {
  const daemon = await startHaproxy({ config })
  const old = await fakeHaproxy({ answer: exampleAnswer().replace('Version: 2.6.12', 'Version: 2.2.34') })
  const servers = `unix://${daemon.sockets[0]}, ${old.address}`
  const pull = await startPull({ pull: { servers, 'leave-out': 'listeners maint' } })
  const [, second] = await pull.published(2)
  expect(objects((await pull.read(second!))['lb1.sock_stat'])).toEqual(['www/FRONTEND', 'app/up', 'app/BACKEND'])
  expect(new Set(old.commands)).toEqual(new Set(['show info;show stat -1 7 -1']))
})

test('a word that nobody knows is a mistake', async () => {
  const program = await launchPull({ pull: { 'leave-out': 'listeners server' } })
  expect(await program.ended()).toBe(2)
  expect(program.errors).toMatch(
    /leave-out = server: expected words of listeners, servers, maint, down; did you mean servers\?/,
  )
})
