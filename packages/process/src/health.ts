import {
  ageOf,
  counterData,
  type HealthCheck,
  type HealthContext,
  HealthError,
  type HealthResult,
  type HealthState,
  numberIn,
  objectIn,
  readRunningStatus,
  readWholeNumber,
  stateOf,
  type Thresholds,
} from '@haproxystats/core/health'

const program = 'haproxystats-process'

/** The checks of `haproxystats-process --health`. They load nothing else of the program, so that they start fast. */
export const health: readonly HealthCheck[] = [
  {
    name: 'status',
    title: 'PROCESS',
    summary:
      'age of the last look at the queue in seconds, WARNING above 30, CRITICAL above 60; WARNING too when an output is failing or loses snapshots, CRITICAL when the program is not running',
    defaults: () => ({ warning: 30, critical: 60 }),
    check: checkStatus,
  },
  {
    name: 'workers',
    title: 'WORKERS',
    summary:
      'worker threads, WARNING when it runs with another number than the configuration says or has too few while snapshots wait, CRITICAL when none is alive or the program is not running',
    check: checkWorkers,
  },
]

function checkStatus(context: HealthContext, thresholds: Thresholds): HealthResult {
  const { path, pid, fields } = readRunningStatus(context, program)
  // Its first look at the queue may still be to come.
  const age = ageOf(fields['lastScan'] ?? fields['start'], context.now)
  if (age === undefined) throw new HealthError(`${path} has no lastScan`)
  const waiting = numberIn(fields['queueSize']) ?? 0
  const oldest = numberIn(fields['oldest'])
  const troubles = outputTroubles(objectIn(fields['dispatchers']))
  const byAge = stateOf(age, thresholds)
  const queue = `${waiting} waiting${oldest === undefined ? '' : `, the oldest for ${oldest} s`}`
  return {
    state: byAge === 'OK' && troubles.length > 0 ? 'WARNING' : byAge,
    text: [`process ${pid} looked at its queue ${age} s ago, ${queue}`, ...troubles].join('; '),
    data: [
      `age=${age}s;${thresholds.warning};${thresholds.critical};0`,
      `queue=${waiting};;;0`,
      `oldest=${oldest ?? 0}s;;;0`,
      ...counterData(objectIn(fields['snapshots']), ['delivered', 'quarantined', 'vanished', 'dropped', 'leftOut']),
    ],
  }
}

/** What is wrong with outputs, failures first. */
function outputTroubles(outputs: Readonly<Record<string, unknown>>): string[] {
  const all = Object.entries(outputs).map(([name, output]) => ({ name, ...objectIn(output) }) as Output)
  const failing = all.filter(({ state }) => state === 'failing')
  const dropping = all.filter((output) => output.dropping === true)
  return [
    ...failing.map(({ name, reason }) => `${name} is failing${reason === undefined ? '' : `: ${reason}`}`),
    ...dropping.map(({ name }) => `${name} loses snapshots, its backlog is full`),
  ]
}

interface Output {
  readonly name: string
  readonly state?: unknown
  readonly reason?: unknown
  readonly dropping?: unknown
}

function checkWorkers(context: HealthContext): HealthResult {
  const wanted = readWholeNumber(context, 'process', 'workers')
  const { path, fields } = readRunningStatus(context, program)
  const workers = objectIn(fields['workers'])
  const [configured, waiting, replaced] = ['configured', 'waiting', 'replaced'].map((name) => numberIn(workers[name]))
  if (configured === undefined || waiting === undefined || replaced === undefined) {
    throw new HealthError(`${path} says nothing of workers`)
  }
  const alive = Array.isArray(workers['threads']) ? workers['threads'].length : 0
  const restart = wanted === configured ? '' : `; the configuration says ${wanted}: restart it`
  const tooFew = waiting > 0 && alive < configured
  const state: HealthState = alive === 0 ? 'CRITICAL' : restart !== '' || tooFew ? 'WARNING' : 'OK'
  return {
    state,
    text: `${alive} of ${configured} alive, ${waiting} snapshots wait for one, ${replaced} replaced since the start${alive === 0 ? '' : restart}`,
    data: [`workers=${alive};;;0;${configured}`, `waiting=${waiting};;;0`, `replaced=${replaced}c`],
  }
}
