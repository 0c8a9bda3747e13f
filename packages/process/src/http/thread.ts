// The thread of [http]: reads snapshots, keeps the newest and the history, and answers requests.
import { existsSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { reasonOf } from '@haproxystats/core'
import { pageDirectory } from '@haproxystats/page'
import { Newest } from './live/newest.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'
import { passwordThread } from './password-thread.ts'
import { routes } from './routes/index.ts'
import { HttpServer } from './server/server.ts'
import { readStaticFiles } from './server/static-files.ts'

/** On Linux of this thread alone: those that deliver come first when there is not enough CPU for all. */
const niceness = 5

const { settings, process: processSettings, interval, historyPath } = workerData as ThreadSettings
const post = (message: FromThread) => parentPort?.postMessage(message)
const tell = (severity: 'info' | 'warn' | 'error', message: string) => post({ kind: 'tell', severity, message })

try {
  setPriority(0, Math.min(constants.priority.PRIORITY_LOW, getPriority(0) + niceness))
} catch (error) {
  tell('info', `the thread of [http] has the priority of the whole program, it may not lower it: ${reasonOf(error)}`)
}

const newest = new Newest({ process: processSettings, interval, historyPath, memory: settings['history-memory'], tell })
const passwords = settings['password-file'] === undefined ? undefined : passwordThread()
const compare = passwords && { compare: passwords.compare }
const server = new HttpServer({ settings, routes, files: pageFiles(), facts: newest.facts, log: tell, ...compare })

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'snapshot') readSnapshot(message)
  else if (message.kind === 'status') newest.facts.status = message.status
  else void close()
})
await server.start()

/** Without the page, in a checkout that is not built, say, everything else is served all the same. */
function pageFiles(): ReturnType<typeof readStaticFiles> {
  try {
    return readStaticFiles(pageDirectory)
  } catch (error) {
    tell('error', `the page cannot be read: ${reasonOf(error)}`)
    return new Map()
  }
}

function readSnapshot({ id, path, snapshot }: Extract<ToThread, { kind: 'snapshot' }>): void {
  try {
    newest.read(path, snapshot)
    post({ kind: 'read', id })
  } catch (error) {
    // One that has left the queue meanwhile is nobody's trouble.
    post({ kind: 'read', id, ...(existsSync(path) && { trouble: reasonOf(error) }) })
  }
  server.refresh()
}

async function close(): Promise<void> {
  await Promise.all([server.close(), newest.close(), passwords?.close()])
  parentPort?.close()
}
