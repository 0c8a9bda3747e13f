// A worker for tests that behaves as the name of the snapshot asks.
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

let first = true

/**
 * `<way>` fails always, `<way>-once` only as long as the file at `path` is not there. `slow-<ms>` takes so long, and `cold-<ms>` only as
 * the first snapshot of a worker. What the exclude file of backends holds is what it warns of.
 */
export default function work({ snapshot, path, excluded }) {
  const [way, how] = snapshot.split('-')
  if (way === 'slow' || (way === 'cold' && first)) {
    const end = performance.now() + Number(how)
    while (performance.now() < end);
  }
  first = false
  if (way in ways && !(how && existsSync(path))) {
    if (how) writeFileSync(path, '')
    ways[way]()
  }
  const message = Buffer.from(excluded.backends).toString()
  return { outcome: 'encoded', batches: [], processes: 1, warnings: [{ message, facts: {} }] }
}

if (process.env['ODD_WORKER_DEAD']) throw new Error('cannot be loaded on purpose')

export function alive() {}
