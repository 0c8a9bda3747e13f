import { countMissing } from '../../packages/process/src/delivery/counts.ts'
import { queueEntriesSync } from '../support/queue.ts'
import { type Command, heal, tick } from './commands.ts'
import { destinations } from './published.ts'
import type { Setting } from './setting.ts'
import { World } from './world.ts'

/** What happened in all sequences of this process. */
export const counts: Record<string, number> = {}

/** At most so many pulls until a fresh snapshot has been through everything; clocks are waited out meanwhile. */
const patience = 150

/** Lets everything happen, then all be well again, and judges. Throws what is wrong. */
export async function sequence(setting: Setting, commands: readonly Command[]): Promise<void> {
  const world = new World(setting)
  try {
    await world.open()
    for (const command of commands) {
      await world.revive()
      await command.run(world)
      world.check()
    }
    await recover(world)
    await judgeAtRest(world)
  } finally {
    await world.close()
    world.judge.count('sequences')
    world.judge.count('commands', commands.length)
    world.judge.count('connections broken', world.receiver.broken)
    for (const [what, count] of Object.entries(world.judge.counts)) counts[what] = (counts[what] ?? 0) + count
  }
  world.check()
}

/** Until a fresh snapshot has been through everything and nothing waits. */
async function recover(world: World): Promise<void> {
  await heal(world)
  await world.rest()
  const before = world.judge.published.size
  for (let pulls = 0; pulls < patience; pulls++) {
    await world.revive()
    await tick(world)
    world.notice()
    await world.rest()
    world.check()
    if (world.judge.published.size > before && queueEntriesSync(world.places.queue).length === 0) return
  }
  const waiting = queueEntriesSync(world.places.queue)
  const fresh = world.judge.published.size - before
  throw new Error(`all is well, and after ${patience} pulls ${fresh} are published and ${waiting} wait`)
}

async function judgeAtRest(world: World): Promise<void> {
  const { judge, places } = world
  judgeSnapshots(world)
  judgeAccounts(world)
  await world.stop('pull')
  await world.stop('process')
  // A start removes what an earlier life could not remove.
  await world.revive()
  await world.rest()
  for (const directory of [places.queue, places.temporary, places.removing]) {
    const left = queueEntriesSync(directory)
    if (left.length > 0) judge.complain(`${left} are left in ${directory}`)
  }
  world.check()
}

function judgeSnapshots({ judge }: World): void {
  for (const snapshot of judge.published.values()) {
    const { name, fate, isUnproved, isDamaged } = snapshot
    if (fate === undefined) judge.complain(`${name} is nowhere`)
    if (fate !== 'delivered') continue
    if (isDamaged) judge.count('damaged too late')
    for (const destination of destinations) {
      const isExcused = (isUnproved && destination === 'graphite') || snapshot.lostBy.has(destination)
      if (!snapshot.has(destination) && !isExcused) judge.complain(`${name} has not arrived at ${destination}`)
    }
  }
}

function judgeAccounts({ delivery, judge }: World): void {
  const accounts = delivery?.counts
  if (accounts === undefined) {
    judge.complain('process does not run')
    return
  }
  const { waiting, vanished } = accounts
  if (countMissing(accounts) !== 0) judge.complain(`unaccounted: ${JSON.stringify(accounts)}`)
  if (waiting !== 0) judge.complain(`the queue is empty, and ${waiting} wait`)
  if (vanished > (judge.counts['dropped'] ?? 0)) judge.complain(`${vanished} have vanished, more than were dropped`)
}
