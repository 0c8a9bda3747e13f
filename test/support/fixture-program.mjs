// A program as the real ones are, whose work fails or lingers on request: FIXTURE names the row below.
// @ts-check
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createOptionTable, StatsError } from '@haproxystats/core'
import { runProgram } from '@haproxystats/core/program'
import { processSections } from '@haproxystats/process/options'
import { pullSections } from '@haproxystats/pull/options'

const unreachable = new StatsError('DESTINATION', 'graphite.example.com took no batch', { attempts: 3 })

/** @type {Record<string, (context: import('@haproxystats/core').ProgramContext) => Promise<void>>} */
const behaviours = {
  finish: async () => {},
  linger: async ({ log, signal }) => {
    log.info('ready')
    const keepAlive = setInterval(() => {}, 1000)
    if (!signal.aborted) await once(signal, 'abort')
    log.info({ reason: signal.reason }, 'told to stop')
    clearInterval(keepAlive)
  },
  'leave something running': async () => {
    setInterval(() => {}, 1000)
  },
  'throw when stopped': async ({ log, signal }) => {
    log.info('ready')
    await delay(600_000, undefined, { signal })
  },
  'ignore the signal': async ({ log, signal }) => {
    signal.addEventListener('abort', () => log.info('will not stop'))
    log.info('ready')
    await delay(600_000)
  },
  'fail as foreseen': async () => {
    throw unreachable
  },
  'fail by a defect': async () => {
    throw new TypeError('rows is undefined')
  },
  'throw a string': async () => {
    throw 'nothing useful'
  },
  'reject unseen': async () => {
    void Promise.reject(new TypeError('nobody waits for this'))
    await delay(600_000)
  },
  'throw in a timer': async () => {
    setTimeout(() => {
      throw new TypeError('nobody catches this')
    }, 1)
    await delay(600_000)
  },
  'fail as foreseen, unseen': async () => {
    void Promise.reject(unreachable)
    await delay(600_000)
  },
}

await runProgram({
  name: 'haproxystats-fixture',
  summary: 'Fails on request.',
  table: createOptionTable({ ...pullSections, ...processSections }),
  logging: ({ process }) => process,
  directoryOption: true,
  run: (configuration, context) => {
    context.log.debug({ workers: configuration.process.workers }, 'running')
    const behaviour = behaviours[process.env['FIXTURE'] ?? 'finish']
    if (behaviour === undefined) throw new Error('FIXTURE names no behaviour')
    return behaviour(context)
  },
})
