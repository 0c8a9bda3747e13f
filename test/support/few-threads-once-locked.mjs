// Lets a program start, which takes a process for its lock, and then no thread beyond those that Node.js itself has.
import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const { spawnSync } = childProcess

/** Node itself has eleven; a worker is one more. */
const few = 11

if (isMainThread) {
  childProcess.spawnSync = (...args) => {
    const result = spawnSync(...args)
    spawnSync('prlimit', ['--pid', String(process.pid), `--nproc=${few}:1000`])
    return result
  }
  syncBuiltinESMExports()
}
