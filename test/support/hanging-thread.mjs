// Loaded with --import before a program: its worker threads hang at the first snapshot they are given.
import { isMainThread, parentPort } from 'node:worker_threads'

if (!isMainThread) {
  parentPort.on('message', ({ kind }) => {
    while (kind === 'work');
  })
}
