import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { until } from '../harness/wait.ts'

const kinds = ['throw', 'exit', 'memory', 'hang'] as const

/** Seconds for one snapshot. One at which workers hang is condemned by the fourth, which may take eight times as long. */
const workerTimeout = 2

/** Workers that fail once, whose snapshot must arrive, and snapshots that no worker survives, which must be put aside once. */
export async function failWorkers(context: RowContext): Promise<void> {
  const site = await Site.make(context, { sections: { process: { 'worker-timeout': workerTimeout } } })
  const program = site.start('process')
  await program.said('watching')
  const poison: string[] = []
  for (const time of context.rounds()) {
    const kind = kinds[time % kinds.length]
    const always = Math.floor(time / kinds.length) % 2 === 1
    const snapshot = site.nextTime()
    site.put(snapshot, [...site.files(snapshot), [`fault-${kind}${always ? '' : '-once'}`, '']])
    if (always) poison.push(String(snapshot))
    else site.ledger.expect(snapshot)
    context.injected()
    const sound = site.publish()
    await until(`a sound snapshot after one with ${kind}`, () => site.ledger.has(sound), 10 * workerTimeout)
  }
  // A worker that was made for a sound snapshot has to succeed in between.
  for (let time = 1; time <= 3 && aside(site).length < poison.length; time++) {
    site.publish()
    await until('time to pass', () => aside(site).length === poison.length, 30 * workerTimeout).catch(() => undefined)
  }
  await site.settle()
  if (!program.alive) context.problem(`process ended: ${program.errors}`)
  const found = aside(site)
  for (const name of found.filter((one) => !poison.includes(one))) {
    const reason = readFileSync(join(site.base, 'quarantine', `${name}.reason`), 'utf8').trim()
    context.problem(`${name} is in quarantine and should not be: ${reason}`)
  }
  const missing = poison.filter((name) => !found.includes(name))
  if (missing.length > 0) context.problem(`not in quarantine: ${missing.join(' ')}`)
  await program.stop()
}

/** What was put aside. */
function aside(site: Site): string[] {
  const quarantine = join(site.base, 'quarantine')
  return existsSync(quarantine) ? readdirSync(quarantine).filter((name) => !name.endsWith('.reason')) : []
}
