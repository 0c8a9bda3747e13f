// A worker for tests that does with a snapshot what the snapshot's name says.
import { existsSync, writeFileSync } from 'node:fs'

const ways = {
  throws: () => {
    throw new Error('thrown on purpose')
  },
  exits: () => process.exit(3),
  hangs: () => {
    for (;;);
  },
  fills: () => {
    const memory = []
    for (;;) memory.push(new Array(10_000).fill(Math.random()))
  },
}

/** `<way>` fails always, `<way>-once` only as long as the file at `path` is not there. */
export default function work(task) {
  if (task === undefined) {
    if (process.env['ODD_WORKER_DEAD']) process.exit(4)
    return 'alive'
  }
  const [way, once] = task.snapshot.split('-')
  if (way in ways && !(once && existsSync(task.path))) {
    if (once) writeFileSync(task.path, '')
    ways[way]()
  }
  return { outcome: 'encoded', batches: [], processes: 1, warnings: [] }
}
