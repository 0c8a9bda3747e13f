import { Relay } from '../harness/relay.ts'
import type { Row, RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { pause } from '../harness/wait.ts'
import { publishUntil } from './kill-process.ts'

/** So large that a stop hits a transfer: about 5,000 datapoints a snapshot. */
const size = { processes: 1, frontends: 20, backends: 80, servers: 19 }

interface Restart {
  readonly signal: 'SIGTERM' | 'SIGKILL'
  /** Seconds of what was committed that are sent again after the relay's death. */
  readonly replay?: number
  /** For a broken build: goes on, for a while, until something is lost. */
  readonly untilLost?: true
}

/** Restarts a real relay under load, again and again. */
async function restart(context: RowContext, { signal, replay, untilLost }: Restart): Promise<void> {
  const relay = await Relay.prepare(context.directory)
  const graphite = { interval: 0.05, delay: 0.1, ...(replay !== undefined && { replay }) }
  const site = await Site.make(context, { size, port: relay.port, sections: { graphite } })
  await relay.start()
  const stop = new AbortController()
  const publishing = publishUntil(site, stop.signal, 60)
  const program = site.start('process')
  let lost = !untilLost
  for (let time = 0; time < context.times || (!lost && time < context.times + 20); time++) {
    await pause(context.random.whole(150, 900))
    await relay.stop(signal)
    context.injected()
    await pause(context.random.whole(20, 200))
    await relay.start()
    relay.read(site.ledger)
    lost ||= await isAnyLost(site, relay)
  }
  stop.abort()
  await publishing
  const begin = performance.now()
  await site.drained()
  const probe = site.publish()
  const arrived = () => {
    relay.read(site.ledger)
    return site.ledger.lost().datapoints
  }
  // What has not arrived when nothing has come for a while is lost.
  for (let left = arrived(), quiet = 0; left > 0 && quiet < 15; quiet++) {
    await pause(200)
    const now = arrived()
    if (now < left) quiet = 0
    left = now
  }
  if (site.ledger.has(probe)) context.recovered((performance.now() - begin) / 1000)
  else context.problem('a fresh snapshot did not arrive')
  context.note(`${program.lines('delivers again').length} reconnects after a failure`)
  site.finish()
  await program.stop()
  await relay.stop('SIGKILL')
}

/** Whether something has left the queue and does not arrive. */
async function isAnyLost(site: Site, relay: Relay): Promise<boolean> {
  const waiting = new Set(site.waiting())
  const gone = [...site.ledger.owed].filter((time) => !waiting.has(String(time)) && !site.ledger.has(time))
  await pause(1500)
  relay.read(site.ledger)
  return gone.some((time) => !site.ledger.has(time))
}

export const relayRows: readonly Row[] = [
  {
    name: 'relay-sigterm',
    fault: 'carbon-c-relay restarted by SIGTERM under load',
    bounded: 3,
    long: 100,
    needs: ['carbon-c-relay'],
    run: (context) => restart(context, { signal: 'SIGTERM' }),
  },
  {
    name: 'relay-sigkill',
    fault: 'carbon-c-relay killed by SIGKILL under load, with replay',
    bounded: 5,
    long: 100,
    needs: ['carbon-c-relay'],
    duplicates: true,
    run: (context) => restart(context, { signal: 'SIGKILL', replay: 5 }),
  },
  {
    name: 'relay-sigterm-write-callback',
    fault: 'the same, and a write that returned counts as delivered',
    bounded: 3,
    long: 30,
    needs: ['carbon-c-relay'],
    broken: 'write-callback',
    run: (context) => restart(context, { signal: 'SIGTERM', untilLost: true }),
  },
]
