import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { queueEntriesSync } from '../../support/queue.ts'
import type { RowContext } from '../harness/row.ts'
import type { Site } from '../harness/site.ts'
import { type Call, recorded, tracing } from '../harness/strace.ts'
import { until } from '../harness/wait.ts'
import { pullSite, settleBoth } from './kill-pull.ts'

/** Writes until the disk is full, or makes files until the inodes are used up; more of it at every call. */
function fill(directory: string, what: 'bytes' | 'inodes'): void {
  mkdirSync(directory, { recursive: true })
  try {
    for (let count = readdirSync(directory).length; count < 100_000; count++) {
      const descriptor = openSync(join(directory, `${count}`), 'w')
      try {
        while (what === 'bytes') writeSync(descriptor, Buffer.alloc(4096))
      } finally {
        closeSync(descriptor)
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

/** Fills the disk that holds the queue and frees it again. */
export async function fillDisk(context: RowContext, what: 'bytes' | 'inodes'): Promise<void> {
  const base = join(context.directory, 'disk')
  mkdirSync(base)
  const options = what === 'bytes' ? 'size=512k' : 'size=8m,nr_inodes=60'
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=750`, 'none', base])
  if (mounted.status !== 0) throw new Error(`cannot mount a tmpfs: ${mounted.stderr}`)
  const { site } = await pullSite(context, { base })
  const processing = site.start('process')
  // It makes its directories when it starts, and on a full disk it would end, and no systemd restarts it here.
  await processing.said('watching')
  const pull = site.start('pull')
  const published = () => pull.lines(/^snapshot \d+: /).length
  const failed = () => pull.lines(/could not be (begun|written|synced|moved)/).length
  const filler = join(base, 'filler')
  for (const _time of context.rounds()) {
    const before = { published: published(), failed: failed() }
    await until('a snapshot', () => published() > before.published)
    // Again and again, because process removes snapshots and so makes room.
    const fails = () => {
      fill(filler, what)
      return failed() > before.failed
    }
    await until('a pull that fails', fails)
    context.injected()
    rmSync(filler, { recursive: true })
  }
  await settleBoth(site, [pull, processing])
  const left = queueEntriesSync(site.temporary)
  if (left.length > 0) context.problem(`left in incoming.tmp: ${left}`)
}

/** Errors by the n-th call and every few calls from then on; of calls on these paths only, if there are any. */
interface DiskError {
  readonly inject: string
  paths?(site: Site): string[]
}

/** What pull writes in the next seconds. */
const nextSnapshots = (site: Site): string[] =>
  Array.from({ length: 20 }, (_none, seconds) => seconds).flatMap((seconds) => {
    const directory = join(site.temporary, String(Math.floor(Date.now() / 1000) + seconds))
    return [directory, join(directory, 'lb0.sock_stat'), join(directory, 'lb1.sock_info')]
  })
const waitingFiles = (site: Site): string[] => site.waiting().map((name) => join(site.queue, name, 'lb1.sock_stat'))
const queueItself = (site: Site): string[] => [site.queue]

const pullErrors: readonly DiskError[] = [
  { inject: 'fsync:error=EIO:when=2+3' },
  { inject: 'write:error=EIO:when=1+2', paths: nextSnapshots },
  { inject: 'rename:error=EIO:when=1+2' },
  { inject: 'write:error=ENOSPC:when=2+3', paths: nextSnapshots },
  { inject: 'mkdir:error=ENOSPC:when=4+2' },
  { inject: 'getdents64:error=EIO:when=3+4', paths: queueItself },
]

const processErrors: readonly DiskError[] = [
  { inject: 'read:error=EIO:when=1+2', paths: waitingFiles },
  { inject: 'getdents64:error=EIO:when=1+3', paths: queueItself },
  { inject: 'rename:error=EIO:when=2+3' },
  { inject: 'unlink:error=EIO:when=3+4' },
  { inject: 'rmdir:error=EIO:when=2+3' },
]

const nameOf = (injection: string) => injection.slice(0, injection.indexOf(':'))

/** Snapshots that were renamed into the queue although a sync within them had failed before. */
function publishedAfterFailedSync(calls: readonly Call[], temporary: string): string[] {
  const failed = new Set<string>()
  const found: string[] = []
  const within = new RegExp(`${temporary}/(\\d+)`)
  for (const { name, text, failed: hasFailed } of calls) {
    const snapshot = within.exec(text)?.[1]
    if (snapshot === undefined) continue
    if (name === 'fsync' && hasFailed) failed.add(snapshot)
    else if (name === 'rename' && !hasFailed && failed.has(snapshot)) found.push(snapshot)
  }
  return found
}

/** Counts how often an error was injected. */
function hit(context: RowContext, injection: string, calls: readonly Call[]): void {
  const hits = calls.filter(({ injected }) => injected).length
  if (hits === 0) context.problem(`vacuous: ${injection} never hit`)
  context.injected(hits)
}

/** One kind of error after the other, each for a few pulls. */
export async function failPull(context: RowContext): Promise<void> {
  const { site } = await pullSite(context)
  const processing = site.start('process')
  for (const time of context.rounds()) {
    const { inject: injection, paths } = pullErrors[time % pullErrors.length] as DiskError
    const log = join(context.directory, `strace.${time}`)
    const calls = [...new Set(['fsync', 'rename', nameOf(injection)])]
    const before = tracing(log, calls, [injection], paths?.(site))
    const pull = site.start('pull', { before, env: { UV_THREADPOOL_SIZE: '1' } })
    const over = () => recorded(log).filter(({ injected }) => injected).length >= 2
    await until('two errors', () => over() || !pull.alive, 30).catch(() => undefined)
    if (!pull.alive) context.note(`pull ended at ${injection}: ${pull.log.at(-1)?.msg}`)
    await pull.stop('SIGTERM')
    const happened = recorded(log)
    hit(context, injection, happened)
    const wrong = publishedAfterFailedSync(happened, site.temporary)
    if (wrong.length > 0) context.problem(`published after a failed sync: ${wrong}`)
  }
  await settleBoth(site, [site.start('pull'), processing])
}

export async function failProcess(context: RowContext): Promise<void> {
  const { site } = await pullSite(context)
  for (const time of context.rounds()) {
    const { inject: injection, paths } = processErrors[time % processErrors.length] as DiskError
    const log = join(context.directory, `strace.${time}`)
    for (let count = 0; count < 5; count++) site.publish()
    const before = tracing(log, [nameOf(injection)], [injection], paths?.(site))
    const processing = site.start('process', { before, env: { UV_THREADPOOL_SIZE: '1' } })
    const over = () => recorded(log).some(({ injected }) => injected) && site.waiting().length === 0
    await until('an error and the end of the queue', () => over() || !processing.alive, 30).catch(() => undefined)
    if (!processing.alive) context.note(`process ended at ${injection}: ${processing.log.at(-1)?.msg}`)
    await processing.stop('SIGKILL')
    hit(context, injection, recorded(log))
  }
  await site.settleWithNewProcess()
}
