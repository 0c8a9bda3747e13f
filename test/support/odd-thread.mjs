// A thread of [http] for tests that does with a snapshot what the snapshot's number says.
import { parentPort } from 'node:worker_threads'

const ways = ['fine', 'troubles', 'exits', 'throws', 'hangs', 'eats']

parentPort.on('message', ({ kind, aggregate }) => {
  if (kind === 'close') parentPort.close()
  if (kind !== 'snapshot') return
  const { snapshot } = aggregate
  const way = ways[snapshot]
  if (way === 'exits') process.exit(3)
  if (way === 'throws') throw new Error('thrown on purpose')
  if (way === 'hangs') for (;;);
  if (way === 'eats') {
    const objects = []
    while (objects.length < 4_000_000) objects.push({ number: objects.length, text: [objects.length] })
  }
  const trouble = way === 'troubles' && { trouble: 'not what it should be' }
  parentPort.postMessage({ kind: 'read', snapshot, served: snapshot, used: [snapshot], ...trouble })
})
