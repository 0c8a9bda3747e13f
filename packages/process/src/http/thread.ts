// The thread of [http]: takes aggregates, keeps the newest and the history, and answers requests.
import { constants, getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { reasonOf } from '@haproxystats/core'
import { pageDirectory } from '@haproxystats/page'
import type { SharedAggregate } from '../types/aggregate.ts'
import { Newest } from './live/newest.ts'
import { SourceReader } from './live/source-reader.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'
import { passwordThread } from './password-thread.ts'
import { routes } from './routes/index.ts'
import { HttpServer } from './server/server.ts'
import { readStaticFiles } from './server/static-files.ts'

/** On Linux of this thread alone: those that deliver come first when there is not enough CPU for all. */
const niceness = 5

const { settings, interval, historyPath } = workerData as ThreadSettings
const post = (message: FromThread) => parentPort?.postMessage(message)
const log = (severity: 'info' | 'warn' | 'error', message: string) => post({ kind: 'log', severity, message })

try {
  setPriority(0, Math.min(constants.priority.PRIORITY_LOW, getPriority(0) + niceness))
} catch (error) {
  log('info', `the thread of [http] has the priority of the whole program, it may not lower it: ${reasonOf(error)}`)
}

const sources = new SourceReader((request) => post({ kind: 'source', ...request }))
const newest = new Newest({ interval, historyPath, memory: settings['history-memory'], sources, log })
const passwords = settings['password-file'] === undefined ? undefined : passwordThread()
const compare = passwords && { compare: passwords.compare }
const server = new HttpServer({ settings, routes, files: pageFiles(), facts: newest.facts, log, ...compare })

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'snapshot') take(message.aggregate)
  else if (message.kind === 'source') sources.answer(message.id, message.result)
  else if (message.kind === 'status') newest.facts.status = message.status
  else void close()
})
await server.start()

/** Without the page, in a checkout that is not built, say, everything else is served all the same. */
function pageFiles(): ReturnType<typeof readStaticFiles> {
  try {
    return readStaticFiles(pageDirectory)
  } catch (error) {
    log('error', `the page cannot be read: ${reasonOf(error)}`)
    return new Map()
  }
}

function take(aggregate: SharedAggregate): void {
  const { snapshot } = aggregate
  let failure = {}
  try {
    newest.take(aggregate)
  } catch (error) {
    failure = { trouble: reasonOf(error) }
  }
  post({ kind: 'read', snapshot, ...failure, served: newest.facts.view?.snapshot, used: newest.used })
  server.refresh()
}

async function close(): Promise<void> {
  await Promise.all([server.close(), newest.close(), passwords?.close()])
  parentPort?.close()
}
