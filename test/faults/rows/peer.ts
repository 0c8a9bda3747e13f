import { spawnSync } from 'node:child_process'
import net from 'node:net'
import { OddPeer } from '../harness/odd-peer.ts'
import type { Program } from '../harness/program.ts'
import { Receiver } from '../harness/receiver.ts'
import type { Row, RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { pause, until } from '../harness/wait.ts'
import { smallWindows } from './connections.ts'

/** About 55,000 bytes a snapshot. */
const size = { processes: 1, frontends: 10, backends: 20, servers: 14 }
const graphite = {
  interval: 0.2,
  delay: 1,
  'connect-timeout': 0.5,
  'write-timeout': 1,
  'commit-timeout': 1.5,
}

/** How often one unit may be sent: once, and three times again. */
const mostAttempts = 4
/** How much memory may grow, in MB. */
const mostGrowth = 20

/** A peer that stops playing along for a while. */
interface Misbehaviour {
  begin(site: Site): Promise<void> | void
  end(site: Site): Promise<void> | void
  /** What the log says when it is detected; absent: it must not be taken for a failure at all. */
  readonly detected?: RegExp
  /** Options of the section graphite in place of the short ones. */
  readonly options?: Readonly<Record<string, number>>
  /** How long it lasts once it was detected, in seconds; in the long run so long. */
  readonly lasts: number
  readonly lastsLong?: number
  /** What the log says of the first delivery afterwards, when the peer plays along again. */
  readonly again?: RegExp
}

/** The peer plays along, misbehaves while one snapshot is on its way, and plays along again. */
async function endure(context: RowContext, misbehaviour: Misbehaviour): Promise<void> {
  smallWindows()
  const site = await Site.make(context, { size, sections: { graphite: { ...graphite, ...misbehaviour.options } } })
  const program = site.start('process')
  for (let count = 0; count < 30; count++) site.publish()
  await site.drained()
  const memory = program.memory()
  for (let time = 0; time < context.times; time++) {
    await endureOnce(context, site, program, misbehaviour)
  }
  const growth = program.memory() - memory
  context.note(`memory grew by ${growth.toFixed(0)} MB`)
  if (growth > mostGrowth) context.problem(`memory grew by ${growth.toFixed(0)} MB`)
  await site.settle()
  await program.stop('SIGKILL')
}

async function endureOnce(
  context: RowContext,
  site: Site,
  program: Program,
  misbehaviour: Misbehaviour,
): Promise<void> {
  const { detected, again } = misbehaviour
  const lasts = (context.bounded ? undefined : misbehaviour.lastsLong) ?? misbehaviour.lasts
  const used = site.receiver.used
  const before = detected ? program.lines(detected).length : 0
  const recoveries = again ? program.lines(again).length : 0
  await misbehaviour.begin(site)
  site.publish()
  context.injected()
  if (detected) await program.said(detected, before + 1)
  else await site.drained()
  await pause(lasts * 1000)
  await misbehaviour.end(site)
  await site.drained()
  const attempts = site.receiver.used - used
  context.note(`the unit was sent ${attempts} times`)
  if (attempts > mostAttempts) context.problem(`one unit was sent ${attempts} times, at most ${mostAttempts} expected`)
  if (!again) return
  site.publish()
  await program.said(again, recoveries + 1)
  await site.drained()
}

const loopback = (state: 'up' | 'down'): void => {
  const { status, stderr } = spawnSync('ip', ['link', 'set', 'lo', state])
  if (status !== 0) throw new Error(`cannot set lo ${state}: ${stderr}`)
}

/** Listens again, on a port that another process may be about to leave. */
const listenAgain = (site: Site) =>
  until('the port to be free', () =>
    site.receiver.listen().then(
      () => true,
      () => false,
    ),
  )

function deaf(): Misbehaviour {
  let peer: OddPeer | undefined
  const fillers: net.Socket[] = []
  return {
    detected: /no connection within/,
    lasts: 2,
    begin: async (site) => {
      await site.receiver.close()
      peer = await OddPeer.listen('deaf', site.receiver.port)
      for (let count = 0; count < 4; count++) {
        fillers.push(net.connect(site.receiver.port, '127.0.0.1').on('error', () => undefined))
      }
      await pause(100)
    },
    end: async (site) => {
      for (const filler of fillers.splice(0)) filler.destroy()
      peer?.close()
      await listenAgain(site)
    },
  }
}

function oneByteAtATime(): Misbehaviour {
  let peer: OddPeer | undefined
  let behind: Receiver | undefined
  return {
    lasts: 0,
    options: { 'commit-timeout': 20 },
    begin: async (site) => {
      await site.receiver.close()
      behind = new Receiver(site.ledger)
      await behind.listen()
      peer = await OddPeer.listen('one-byte', site.receiver.port, behind.port)
    },
    end: async (site) => {
      peer?.close()
      site.receiver.used += behind?.used ?? 0
      await behind?.close()
      await listenAgain(site)
    },
  }
}

const peers: readonly { name: string; fault: string; bounded: number; long: number; make: () => Misbehaviour }[] = [
  {
    name: 'black-hole-established',
    fault: 'nothing passes on an established connection, not even a reset',
    bounded: 1,
    long: 20,
    make: () => ({
      detected: /nothing could be sent|failed again|delivery failed/,
      lasts: 2,
      begin: (site) => {
        const { used } = site.receiver
        site.receiver.behave({ bytesPerSecond: 20_000 })
        void until('a transfer', () => site.receiver.used > used).then(() => loopback('down'))
      },
      end: (site) => {
        site.receiver.behave({})
        loopback('up')
      },
    }),
  },
  { name: 'black-hole-syn', fault: 'connections are never accepted', bounded: 1, long: 20, make: deaf },
  {
    name: 'zero-window',
    fault: 'a peer that accepts and reads nothing for a while',
    bounded: 1,
    long: 10,
    make: () => ({
      detected: /nothing could be sent|failed again|delivery failed/,
      lasts: 3,
      lastsLong: 60,
      begin: (site) => site.receiver.behave({ stopped: true }),
      end: (site) => site.receiver.behave({}),
    }),
  },
  {
    name: 'slow-reader',
    fault: 'a peer that reads 10 kB/s: slow is not down',
    bounded: 1,
    long: 10,
    make: () => ({
      lasts: 0,
      options: { 'commit-timeout': 10 },
      begin: (site) => site.receiver.behave({ bytesPerSecond: 10_000 }),
      end: (site) => site.receiver.behave({}),
    }),
  },
  {
    name: 'one-byte',
    fault: 'a peer that reads one byte at a time, about 10 kB/s',
    bounded: 1,
    long: 10,
    make: oneByteAtATime,
  },
  {
    name: 'never-closing',
    fault: 'a peer that no longer answers our closing with its own',
    bounded: 1,
    long: 10,
    make: () => ({
      // After a few deliveries that it did not answer it is believed, and the unit counts as delivered.
      detected: /does not close a connection/,
      again: /closes connections after us again/,
      lasts: 0,
      begin: (site) => site.receiver.behave({ neverClose: true }),
      end: (site) => site.receiver.behave({}),
    }),
  },
]

/** A peer that has never played along: said once, and nothing is sent twice for it. */
async function neverClosingFromTheStart(context: RowContext): Promise<void> {
  const site = await Site.make(context, { sections: { graphite } })
  site.receiver.behave({ neverClose: true })
  for (let time = 0; time < context.times; time++) {
    const program = site.start('process')
    site.publish()
    await program.said('does not close a connection')
    await site.drained()
    context.injected()
    await program.stop()
  }
  const last = site.start('process')
  await site.settle()
  await last.stop()
  const { duplicates } = context.findings
  if (duplicates > 0) context.problem(`${duplicates} datapoints were sent twice`)
}

export const peerRows: readonly Row[] = [
  ...peers.map(
    ({ make, ...row }): Row => ({ ...row, needs: ['namespaces'], run: (context) => endure(context, make()) }),
  ),
  {
    name: 'never-closing-ever',
    fault: 'a peer that has never answered our closing with its own',
    bounded: 1,
    long: 10,
    run: neverClosingFromTheStart,
  },
]
