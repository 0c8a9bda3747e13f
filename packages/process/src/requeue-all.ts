import { userInfo } from 'node:os'
import { type Configuration, exitCodes, reasonOf } from '@haproxystats/core'
import type { Output } from '@haproxystats/core/program'
import { type Requeued, requeue } from './queue/requeue.ts'

/**
 * Moves the snapshots in quarantine back into the queue and prints what became of each. Resolves with 0 when none is left in
 * quarantine, with 1 when one is.
 */
export async function requeueAll(configuration: Configuration, { output }: { output: Output }): Promise<number> {
  const queue = configuration.process['src-dir']
  try {
    const requeued = await requeue(queue, configuration.pull['queue-size'])
    output.out(render(requeued, queue))
    return requeued.some(({ kept }) => kept !== undefined) ? exitCodes.failed.code : exitCodes.done.code
  } catch (error) {
    output.error(`haproxystats-process: ${reasonOf(error)}; this command ran as ${userInfo().username}\n`)
    return exitCodes.failed.code
  }
}

function render(requeued: readonly Requeued[], queue: string): string {
  if (requeued.length === 0) return 'there is no snapshot in quarantine\n'
  const lines = requeued.map(({ name, kept }) => {
    return kept === undefined
      ? `snapshot ${name} is back in the queue`
      : `snapshot ${name} stays in quarantine: ${kept}`
  })
  const back = requeued.filter(({ kept }) => kept === undefined).length
  const left = requeued.length - back
  return [...lines, `${back} back in ${queue}, ${left} left in quarantine`].map((line) => `${line}\n`).join('')
}
