import { type ChildProcess, spawnSync } from 'node:child_process'
import net from 'node:net'
import { stopChild } from '../harness/child.ts'
import { startOddPeer } from '../harness/odd-peer.ts'
import { type Behaviour, Receiver } from '../harness/receiver.ts'
import type { Site } from '../harness/site.ts'
import { pause, until } from '../harness/wait.ts'

/** A peer that misbehaves for a while. */
export interface Misbehaviour {
  begin(site: Site): Promise<void> | void
  end(site: Site): Promise<void> | void
  /** The log line when it is detected; absent: it must not count as a failure. */
  readonly detected?: RegExp
  /** Seconds of the timeouts that detect it, added up. */
  readonly timers?: number
  /** Options of the section graphite in place of the short ones. */
  readonly options?: Readonly<Record<string, number>>
  /** How long it lasts once it was detected, in seconds; in the long run so long. */
  readonly lasts: number
  readonly lastsLong?: number
  /** The log line of the first delivery afterwards. */
  readonly again?: RegExp
}

const stuck = /write timeout|nothing could be sent|retry failed|failed again|delivery failed/

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
  let peer: ChildProcess | undefined
  const fillers: net.Socket[] = []
  return {
    detected: /no connection within/,
    timers: 0.5,
    lasts: 2,
    begin: async (site) => {
      await site.receiver.close()
      peer = await startOddPeer('deaf', site.receiver.port)
      for (let count = 0; count < 4; count++) {
        fillers.push(net.connect(site.receiver.port, '127.0.0.1').on('error', () => undefined))
      }
      await pause(100)
    },
    end: async (site) => {
      for (const filler of fillers.splice(0)) filler.destroy()
      await stopChild(peer)
      await listenAgain(site)
    },
  }
}

function oneByteAtATime(): Misbehaviour {
  let peer: ChildProcess | undefined
  let behind: Receiver | undefined
  return {
    lasts: 0,
    options: { 'commit-timeout': 20 },
    begin: async (site) => {
      await site.receiver.close()
      behind = new Receiver(site.ledger)
      await behind.listen()
      peer = await startOddPeer('one-byte', site.receiver.port, behind.port)
    },
    end: async (site) => {
      await stopChild(peer)
      site.receiver.used += behind?.used ?? 0
      await behind?.close()
      await listenAgain(site)
    },
  }
}

/** The receiver itself misbehaves. */
const behaving = (behaviour: Behaviour, rest: Omit<Misbehaviour, 'begin' | 'end'>): Misbehaviour => ({
  ...rest,
  begin: (site) => site.receiver.behave(behaviour),
  end: (site) => site.receiver.behave({}),
})

/** Nothing passes any more, as behind a broken router. */
const blackHole = (): Misbehaviour => ({
  detected: stuck,
  timers: 1.5,
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
})

const zeroWindow = () => behaving({ stopped: true }, { detected: stuck, timers: 1.5, lasts: 3, lastsLong: 60 })

const slowReader = () => behaving({ bytesPerSecond: 10_000 }, { lasts: 0, options: { 'commit-timeout': 10 } })

/** After a few attempts without a close the batch counts as delivered. */
const neverClosing = () =>
  behaving(
    { neverClose: true },
    {
      detected: /does not close a connection/,
      timers: 1.5 + 3 + 6,
      again: /closes connections after us again/,
      lasts: 0,
    },
  )

/** The misbehaviours of peers: row, fault, times bounded and long. */
export const peers: readonly (readonly [string, string, readonly [number, number], () => Misbehaviour])[] = [
  ['black-hole-established', 'nothing passes on an established connection, not even a reset', [1, 20], blackHole],
  ['black-hole-syn', 'connections are never accepted', [1, 20], deaf],
  ['zero-window', 'a receiver that accepts and reads nothing for a while', [1, 10], zeroWindow],
  ['slow-reader', 'a receiver that reads 10 kB/s: slow is not down', [1, 10], slowReader],
  ['one-byte', 'a receiver that reads one byte at a time, 10 kB/s', [1, 10], oneByteAtATime],
  ['never-closing', 'a receiver that ceases to close its side', [1, 10], neverClosing],
]
