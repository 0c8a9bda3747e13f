import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row, RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { until } from '../harness/wait.ts'

const kinds = ['throw', 'exit', 'memory', 'hang'] as const

/** Seconds for one snapshot; the start of a fresh worker is among them, and takes some on a machine under load. */
const workerTimeout = 8

/** Workers that fail once, whose snapshot must arrive, and snapshots that no worker survives, which must be put aside once. */
async function failWorkers(context: RowContext): Promise<void> {
  const site = await Site.make(context, { sections: { process: { 'worker-timeout': workerTimeout } } })
  const program = site.start('process')
  await program.said('watching')
  const poison: string[] = []
  for (const time of context.rounds()) {
    const kind = kinds[time % kinds.length]
    const always = Math.floor(time / kinds.length) % 2 === 1
    const snapshot = site.nextTime()
    const unfinished = join(site.temporary, `made-${snapshot}`)
    mkdirSync(unfinished)
    for (const [name, text] of site.files(snapshot)) writeFileSync(join(unfinished, name), text)
    writeFileSync(join(unfinished, `fault-${kind}${always ? '' : '-once'}`), '')
    renameSync(unfinished, join(site.queue, String(snapshot)))
    if (always) poison.push(String(snapshot))
    else site.ledger.owe(snapshot)
    context.injected()
    const sound = site.publish()
    await until(`a sound snapshot after one with ${kind}`, () => site.ledger.has(sound), 5 * workerTimeout)
  }
  await site.settle()
  if (!program.alive) context.problem(`process ended: ${program.errors}`)
  const quarantine = join(site.base, 'quarantine')
  const aside = existsSync(quarantine) ? readdirSync(quarantine).filter((name) => !name.endsWith('.reason')) : []
  for (const name of aside.filter((one) => !poison.includes(one))) {
    const reason = readFileSync(join(quarantine, `${name}.reason`), 'utf8').trim()
    context.problem(`${name} is in quarantine and should not be: ${reason}`)
  }
  const missing = poison.filter((name) => !aside.includes(name))
  if (missing.length > 0) context.problem(`not in quarantine: ${missing.join(' ')}`)
  await program.stop()
}

export const workerRows: readonly Row[] = [
  {
    name: 'workers',
    fault: 'a worker throws, exits, runs out of memory, hangs; once, or at every attempt',
    bounded: 8,
    long: 200,
    build: 'failing-workers',
    run: failWorkers,
  },
]
