import type { Row, RowContext, RowOptions } from '../harness/row.ts'
import { cutEverywhere, misbehave } from './answers.ts'
import { drainSlowly, manyAtOnce, pileUp, twoConsumers } from './backlog.ts'
import { stepClock } from './clock.ts'
import { breakAtBytes } from './connections.ts'
import { wholeDay } from './day.ts'
import { failProcess, failPull, fillDisk } from './disk.ts'
import { damage, plant } from './input.ts'
import { oneDead } from './isolation.ts'
import { killProcessAtCalls, stopProcess } from './kill-process.ts'
import { killPull, killPullAtCalls } from './kill-pull.ts'
import { peers } from './misbehaviours.ts'
import { intoCarbon, intoRelay } from './names.ts'
import { endure, neverClosingFromTheStart } from './peer.ts'
import { cutPower } from './power.ts'
import { dropOldest, oneFull, suspend } from './queue-full.ts'
import { restart } from './relay.ts'
import { reload } from './reload.ts'
import { failWorkers } from './workers.ts'

type Times = readonly [bounded: number, long: number]

const row = (
  name: string,
  fault: string,
  [bounded, long]: Times,
  run: (context: RowContext) => Promise<void>,
  options: RowOptions = {},
): Row => ({ name, fault, bounded, long, run, ...options })

/** A promise of the project, and the rows that try to break it. */
interface Promised {
  readonly promise: string
  readonly rows: readonly Row[]
}

const strace: RowOptions = { needs: ['strace'] }
const relay: RowOptions = { needs: ['carbon-c-relay'] }
const asWritten = 'a broken build counts a batch as delivered when a write returns'

const restartRow = (name: string, fault: string, signal: 'SIGTERM' | 'SIGKILL', options: RowOptions, replay?: number) =>
  row(name, fault, [options.broken ? 2 : 4, options.broken ? 20 : 100], (it) => restart(it, { signal, replay }), {
    ...relay,
    ...options,
  })

const breakRow = (name: string, fault: string, times: Times, how: 'resetAt' | 'closeAt', options: RowOptions) =>
  row(name, fault, times, (it) => breakAtBytes(it, how), { ...namespaces, ...options })

const namespaces: RowOptions = { needs: ['namespaces'] }
const disk: RowOptions = { needs: ['namespaces', 'loop-mount'] }
const everyByte: Times = [1e6, 1e6]

/** Every row of the suite, in the order in which they run. */
export const promises: readonly Promised[] = [
  {
    promise:
      'A snapshot leaves the queue only when every output has all of it; SIGKILL of either program at any moment loses nothing.',
    rows: [
      row('kill-process', 'SIGKILL of process at a random instant', [8, 1000], (it) => stopProcess(it, 'SIGKILL'), {
        duplicates: true,
      }),
      row('terminate-process', 'SIGTERM of process at a random instant', [5, 200], (it) => stopProcess(it, 'SIGTERM')),
      row('kill-process-calls', 'SIGKILL of process as it enters a system call', [8, 400], killProcessAtCalls, strace),
      row('kill-pull', 'SIGKILL of pull at a random instant of a pull', [5, 1000], killPull),
      row('kill-pull-calls', 'SIGKILL of pull as it enters a system call', [5, 300], killPullAtCalls, strace),
    ],
  },
  {
    promise:
      'A batch counts as delivered to Graphite when the receiver has closed its side of the connection after the program closed its own.',
    rows: [
      restartRow('relay-sigterm', 'carbon-c-relay restarted by SIGTERM under load', 'SIGTERM', {}),
      restartRow('relay-sigterm-write-callback', `the same, and ${asWritten}`, 'SIGTERM', { broken: 'write-callback' }),
      restartRow('relay-sigkill', 'carbon-c-relay killed under load, with replay', 'SIGKILL', { duplicates: true }, 5),
      restartRow('relay-sigkill-no-replay', 'the same without replay, so that its memory is lost', 'SIGKILL', {
        notPromised: true,
      }),
      breakRow('reset-at-byte', 'connection reset at a random byte', [300, 10_000], 'resetAt', { duplicates: true }),
      breakRow('end-at-byte', 'connection closed at a random byte', [300, 10_000], 'closeAt', { duplicates: true }),
      breakRow('reset-at-byte-write-callback', `the same reset, and ${asWritten}`, [100, 300], 'resetAt', {
        broken: 'write-callback',
      }),
      ...peers.map(([name, fault, times, make]) => row(name, fault, times, (it) => endure(it, make()), namespaces)),
      row('never-closing-ever', 'a receiver that has never closed its side', [1, 10], neverClosingFromTheStart),
    ],
  },
  {
    promise:
      'A snapshot is published whole and synced: full disks, disk errors and power cuts leave no part of one in the queue.',
    rows: [
      row('disk-full-bytes', 'no space on the disk of the queue', [2, 100], (it) => fillDisk(it, 'bytes'), namespaces),
      row(
        'disk-full-inodes',
        'no inodes on the disk of the queue',
        [2, 100],
        (it) => fillDisk(it, 'inodes'),
        namespaces,
      ),
      row(
        'disk-errors-pull',
        'EIO and ENOSPC at fsync, write, rename, mkdir, readdir of pull',
        [6, 60],
        failPull,
        strace,
      ),
      row(
        'disk-errors-process',
        'EIO at read, readdir, rename, unlink, rmdir of process',
        [5, 100],
        failProcess,
        strace,
      ),
      row('power-cut', 'power cut on ext4 while pull publishes', [2, 200], cutPower, disk),
      row('power-cut-no-sync', 'the same with a broken build that syncs nothing', [1, 10], cutPower, {
        ...disk,
        broken: 'no-sync',
      }),
    ],
  },
  {
    promise:
      'A failing or full output delays no other output; memory does not grow, and pulling goes on as far as queue-size allows.',
    rows: [
      row('destination-down', 'a destination refuses for an hour (scaled)', [300, 10_000], pileUp, { alone: true }),
      row('max-rate', 'a backlog of so many snapshots with max-rate', [60, 1000], drainSlowly),
      row('many-at-once', 'so many snapshots published at once', [300, 20_000], (it) => manyAtOnce(it, true), {
        alone: true,
      }),
      row('no-watches', 'no inotify watches left', [20, 1000], (it) => manyAtOnce(it, false), strace),
      row('two-consumers', 'two consumers of one queue started at once', [3, 100], twoConsumers),
      row('one-destination-dead', 'one of four destinations dead, process killed now and then', [8, 100], oneDead, {
        alone: true,
      }),
      row('queue-full-suspend', 'queue full, process stopped: pull waits for room', [1, 30], suspend),
      row('queue-full-drop-oldest', 'queue full: pull or process drops the oldest', [6, 300], dropOldest),
      row('backlog-full', 'a destination down long after its backlog is full', [6, 300], oneFull),
      row('day', 'a day of snapshots at full speed, with random faults of the receiver', [500, 8640], wholeDay, {
        ...namespaces,
        alone: true,
      }),
    ],
  },
  {
    promise:
      'Wrong input never becomes a datapoint: truncated answers, damaged snapshots, planted files, and names that are no valid path.',
    rows: [
      row('damaged-snapshots', 'files flipped, cut, extended, missing, empty, doubled, swapped', [140, 10_000], damage),
      row('planted', 'links, FIFOs, directories, foreign owners in the queue', [9, 500], plant, namespaces),
      row('answer-cut', 'an answer of HAProxy cut at every byte', everyByte, cutEverywhere),
      row(
        'answer-cut-no-empty-line',
        'the same with a broken build that expects no final empty line',
        everyByte,
        cutEverywhere,
        {
          broken: 'no-empty-line',
        },
      ),
      row('answer-misbehaved', 'HAProxy cut, stopped, stalled, endless, stopping, slow', [6, 120], misbehave),
      row('names-relay', 'hostile names of proxies and servers into carbon-c-relay', [2000, 100_000], intoRelay, relay),
      row('names-carbon', 'hostile names of proxies and servers into carbon', [300, 10_000], intoCarbon, {
        needs: ['carbon-cache'],
      }),
    ],
  },
  {
    promise: 'Clock steps, reloads of HAProxy and failing workers lose no snapshot and publish none twice.',
    rows: [
      row('clock', 'clock of pull stepped by ±1 s and ±1 h, drifting, suspended, set back', [4, 1000], stepClock),
      row('reload', 'real HAProxy reloaded under load', [5, 300], reload, { needs: ['haproxy'] }),
      row(
        'workers',
        'a worker throws, exits, runs out of memory, hangs; once, or at every attempt',
        [8, 200],
        failWorkers,
        {
          build: 'failing-workers',
        },
      ),
    ],
  },
]

export const rows: readonly Row[] = promises.flatMap((promised) => promised.rows)
