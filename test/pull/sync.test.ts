/** What only the system calls can tell: that a snapshot is synced before it is moved, and gone when it cannot be. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { binOf } from '../support/program.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const program = binOf('pull')

beforeAll(() => {
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' })
  if (error)
    throw new Error(`strace cannot be run (${error.message}); it is installed by npm test, or: apt-get install strace`)
  if (status === 0) return
  const hint = /ptrace|PTRACE|not permitted/.test(stderr)
    ? 'the kernel or the container forbids ptrace; allow it (--cap-add SYS_PTRACE, kernel.yama.ptrace_scope below 3)'
    : 'strace does not work here'
  throw new Error(`${hint}: ${stderr.trim()}`)
})

/** The process that strace runs. */
async function traced(strace: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${strace.pid}/task/${strace.pid}/children`, 'utf8')
  return Number(children.trim())
}

/** Runs haproxystats-pull under strace until it has published so many snapshots; returns its system calls. */
async function trace(
  more: readonly string[],
  snapshots: number,
  fsync = true,
): Promise<{ calls: string[]; queue: string; log: string }> {
  const base = await temporaryDirectory()
  const fake = await fakeHaproxy()
  const queue = join(base, 'incoming')
  await mkdir(queue)
  await writeFile(
    join(base, 'pull.conf'),
    `[paths]\nbase-dir = ${base}\n[pull]\nservers = ${fake.address}\npull-interval = 1\npull-timeout = 0\nfsync = ${fsync}\n`,
  )
  const file = join(base, 'calls')
  const options = ['-f', '-y', '-o', file, '-e', 'trace=fsync,rename', ...more]
  const child = spawn('strace', [...options, process.execPath, program, '-f', join(base, 'pull.conf')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // One thread for files, because strace counts the calls of each thread by itself.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    detached: true,
  })
  const end = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGTERM')
    await end
  }
  onTestFinished(stop)
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  await until(`${snapshots} snapshots`, async () => (await queueEntries(queue)).length >= snapshots, 60)
  await stop()
  return { calls: (await readFile(file, 'utf8')).split('\n'), queue, log }
}

/** A snapshot is moved into the queue; the status file is renamed too. */
const isPublication = (call: string) => /rename\(.*\/incoming\/\d+"/.test(call)

/** The paths that were synced between two calls, by their last part. */
function synced(calls: readonly string[]): string[] {
  return calls.flatMap((call) => /fsync\(\d+<.*\/([^/>]+)>.*\) += 0/.exec(call)?.[1] ?? [])
}

test('files, then their directory, are synced before the rename, and both parents after it', async () => {
  const { calls } = await trace([], 2)
  const first = calls.findIndex((call) => isPublication(call))
  const second = calls.findIndex((call, index) => index > first && isPublication(call))
  const name = /incoming\/(\d+)"/.exec(calls[first]!)![1]!
  const before = synced(calls.slice(0, first))
  expect(before.slice(0, 3).map((file) => file.replace(/^.*_/, '_'))).toEqual(['_info', '_stat', '_pull'])
  expect(before.slice(3)).toEqual([name])
  const after = synced(calls.slice(first, second === -1 ? undefined : second))
  expect(after.slice(0, 2).sort()).toEqual(['incoming', 'incoming.tmp'])
})

test('without fsync nothing is synced', async () => {
  const { calls } = await trace([], 1, false)
  expect(calls.some(isPublication)).toBe(true)
  expect(calls.filter((call) => /fsync\(/.test(call))).toEqual([])
})

// Of a file, of the manifest, of the directory.
test.each([1, 3, 4])(
  'when fsync fails the %i. time, that snapshot is nowhere and the next one is whole',
  async (when) => {
    const { calls, queue, log } = await trace(['-e', `inject=fsync:error=EIO:when=${when}`], 1)
    const failed = calls.findIndex((call) => /EIO.*INJECTED/.test(call))
    const renamed = calls.findIndex((call) => isPublication(call))
    expect(failed).toBeGreaterThanOrEqual(0)
    expect(renamed).toBeGreaterThan(failed)
    expect(log).toMatch(/could not be (written|synced): EIO/)
    const published = /incoming\/(\d+)"/.exec(calls[renamed]!)![1]!
    expect((await queueEntries(queue))[0]).toBe(published)
    const files = (await readdir(join(queue, published))).filter((file) => file !== '_pull').sort()
    const texts = await Promise.all(files.map((file) => readFile(join(queue, published, file), 'utf8')))
    expect(texts.join('')).toBe(exampleAnswer())
  },
)

test('told to stop while the disk keeps it waiting, it ends, publishes nothing, and clears up at the next start', async () => {
  const base = await temporaryDirectory()
  const [queue, temporary] = [join(base, 'incoming'), join(base, 'incoming.tmp')]
  const fakes = await Promise.all([1, 2, 3].map(() => fakeHaproxy()))
  const servers = fakes.map(({ address }) => address).join(', ')
  const file = join(base, 'pull.conf')
  await writeFile(
    file,
    `[paths]\nbase-dir = ${base}\n[pull]\nservers = ${servers}\npull-interval = 1\npull-timeout = 0\n`,
  )
  const calls = join(base, 'calls')
  const slow = ['-f', '-o', calls, '-e', 'trace=fsync', '-e', 'inject=fsync:delay_enter=40s']
  const child = spawn('strace', [...slow, process.execPath, program, '-f', file], { stdio: 'pipe', detached: true })
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
  })
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const syncing = async () => (await readFile(calls, 'utf8').catch(() => '')).includes('fsync(')
  await until('a file to be synced', syncing)
  const pid = await traced(child)
  const told = Date.now()
  process.kill(pid, 'SIGTERM')
  // strace itself waits for the end of its delays.
  const gone = async () => !(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).match(/\) [^ZX]/)
  await until('pull to end', gone, 30)
  expect(Date.now() - told).toBeLessThan(20_000)
  process.kill(-child.pid!, 'SIGKILL')
  await until('its last line', () =>
    /stop timeout after 5 s, most likely because the disk does not respond: the process ends/.test(log),
  )
  expect(await queueEntries(queue)).toEqual([])
  expect(await queueEntries(temporary)).toHaveLength(1)
  const next = spawn(process.execPath, [program, '-f', file, '--once'], { stdio: 'ignore' })
  expect(await once(next, 'exit')).toEqual([0, null])
  expect([await queueEntries(temporary), (await queueEntries(queue)).length]).toEqual([[], 1])
}, 60_000)
