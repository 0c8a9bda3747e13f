// A thread of [http] for tests that behaves as the path of the snapshot asks.
import { parentPort } from 'node:worker_threads'

parentPort.on('message', ({ kind, id, path }) => {
  if (kind === 'close') parentPort.close()
  if (kind !== 'snapshot') return
  if (path === 'exits') process.exit(3)
  if (path === 'throws') throw new Error('thrown on purpose')
  if (path === 'hangs') for (;;);
  if (path === 'eats') {
    const objects = []
    while (objects.length < 4_000_000) objects.push({ number: objects.length, text: [objects.length] })
  }
  parentPort.postMessage({ kind: 'read', id, ...(path === 'troubles' && { trouble: 'not what it should be' }) })
})
