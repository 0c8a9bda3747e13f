// Loaded with --import before a program: its worker threads hang at the first snapshot they are given.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (!isMainThread) {
  fs.readdirSync = () => {
    for (;;);
  }
  syncBuiltinESMExports()
}
