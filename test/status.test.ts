import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '@haproxystats/core'
import { expect, test } from 'vitest'
import { freePort } from './support/free-port.ts'
import { Program } from './support/program.ts'
import { goldenSnapshots } from './support/recorded.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

test('process tells in its status file where every snapshot is', async () => {
  const base = await temporaryDirectory()
  const file = join(base, 'haproxystats.conf')
  await writeFile(
    file,
    `[paths]\nbase-dir = ${base}\n[graphite]\nport = ${await freePort()}\n[local-store]\ndir = ${base}/store\n`,
  )
  const queue = join(base, 'incoming')
  await mkdir(queue, { mode: 0o750 })
  const { path, timestamp } = goldenSnapshots[0]!
  await cp(path, join(queue, timestamp), { recursive: true })
  await mkdir(join(queue, '1700000000'))
  const program = new Program('process', '-f', file)
  await program.said('delivery failed')
  await program.said('cannot be processed')
  const read = async () => JSON.parse(await readFile(join(base, 'haproxystats-process.status.json'), 'utf8'))
  const status = await until('the status file to tell of the failure', async () => {
    const found = await read().catch(() => undefined)
    return found?.dispatchers?.graphite?.state === 'failing' && found.snapshots.quarantined === 1 && found
  })
  expect(status).toMatchObject({
    program: 'haproxystats-process',
    pid: program.pid,
    version,
    queueSize: 1,
    oldest: expect.any(Number),
    lastScan: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    snapshots: { taken: 2, delivered: 0, waiting: 1, quarantined: 1, vanished: 0 },
    dispatchers: {
      graphite: {
        state: 'failing',
        waiting: 1,
        snapshots: 0,
        proof: 'unknown',
        reason: expect.stringContaining('ECONNREFUSED'),
      },
      'local-store': { state: 'idle', waiting: 0, snapshots: 1 },
    },
    workers: {
      configured: 4,
      replaced: 0,
      threads: expect.arrayContaining([expect.objectContaining({ id: expect.any(Number) })]),
    },
  })
  expect(await program.stop()).toBe(0)
})
