// Loaded with --import before a program: once it has locked its queue, for which it runs `flock`, the system has no thread for it.
import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

/** Those that node itself has; a worker is one more. */
const most = 11

if (isMainThread) {
  const { spawnSync } = childProcess
  childProcess.spawnSync = (...command) => {
    const result = spawnSync(...command)
    spawnSync('prlimit', ['--pid', String(process.pid), `--nproc=${most}:1000`])
    return result
  }
  syncBuiltinESMExports()
}
