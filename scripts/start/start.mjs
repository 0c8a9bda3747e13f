// @ts-check
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { lockDirectory, reasonOf } from '../../packages/core/dist/index.js'
import { findCommand, installTools } from '../setup/debian.mjs'
import { root } from '../setup/quietly.mjs'
import { ScriptError } from '../setup/script-error.mjs'
import { createChildren } from './children.mjs'
import { freePort, makeExampleDirectory, startExampleHaproxy, startTraffic } from './example-haproxy.mjs'
import { createReport, readableLine } from './report.mjs'
import { createScreen } from './screen.mjs'
import { findSockets } from './sockets.mjs'
import { tableLines } from './table.mjs'

/** @typedef {import('./arguments.mjs').Arguments} Arguments */
/** @typedef {import('./sockets.mjs').Sockets} Sockets */
/**
 * What a run consists of. `ending` is aborted with a `ScriptError`, or with anything else for success.
 * @typedef {object} Session
 * @property {Arguments} given
 * @property {AbortController} ending
 * @property {import('./screen.mjs').Screen} screen
 * @property {import('./children.mjs').Children} children
 * @property {(() => void)[]} cleanups
 */

/** The directory of the stats socket in Debian and Ubuntu. */
const usualDirectory = '/run/haproxy'
const usualPort = 8405

/** Seconds between two snapshots. */
const pullInterval = 2

/** With `--snapshots`, the longest wait for the next one. */
const patienceSeconds = 60

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }

/** One Ctrl-C arrives twice under npm: from the terminal, and from npm, which passes it on. */
const sameSignalSeconds = 1

/**
 * Starts everything, shows what happens until there is a reason to end, and ends everything it started.
 * @param {Arguments} given
 */
export async function start(given) {
  const files = filesIn(given.var)
  for (const directory of [files.localStore, files.logs]) mkdirSync(directory, { recursive: true, mode: 0o750 })
  const lock = takeLock(given.var)
  const screen = createScreen(process.stdout)
  const children = createChildren()
  const ending = new AbortController()
  const ended = once(ending.signal, 'abort')
  /** @type {Session} */
  const session = { given, ending, screen, children, cleanups: [listenForSignals(ending, children.kill)] }
  const report = createReport(screen.line, files.localStore)
  const started = startAll(session, report)
  try {
    await Promise.race([started.then(() => ended), ended])
  } finally {
    await children.stop()
    await started.catch(() => undefined)
    for (const cleanup of session.cleanups) cleanup()
    screen.close()
    lock.release()
  }
  if (ending.signal.reason instanceof ScriptError) throw ending.signal.reason
  screen.line(`ended: ${report.summary()}; datapoints are in ${shown(files.localStore)}, logs in ${shown(files.logs)}`)
}

/** @param {string} directory */
function filesIn(directory) {
  return {
    configuration: `${directory}/haproxystats.conf`,
    base: `${directory}/lib`,
    localStore: `${directory}/lib/local-store`,
    logs: `${directory}/log`,
  }
}

/**
 * A lock that the kernel frees when this process ends, even by SIGKILL.
 * @param {string} directory
 */
function takeLock(directory) {
  try {
    return lockDirectory('haproxystats-start', directory)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'QUEUE_BUSY') {
      throw new ScriptError(reasonOf(error))
    }
    throw new ScriptError(
      `Another npm start is running in ${directory}.\n` +
        'End it with Ctrl-C, or give this one a directory of its own: npm start -- --var <directory>',
    )
  }
}

/**
 * A first signal ends the run, a second one at once. Returns a function that stops listening.
 * @param {AbortController} ending
 * @param {() => void} kill
 */
function listenForSignals(ending, kill) {
  /** @type {number | undefined} */
  let first
  const listeners = Object.entries(signals).map(([name, number]) => {
    const listener = () => {
      first ??= performance.now()
      ending.abort()
      if (performance.now() - first < sameSignalSeconds * 1000) return
      kill()
      process.exit(128 + number)
    }
    process.on(name, listener)
    return () => process.off(name, listener)
  })
  // The reader of standard output has gone, as in npm start | head.
  process.stdout.on('error', () => ending.abort())
  return () => {
    for (const off of listeners) off()
  }
}

/**
 * @param {Session} session
 * @param {ReturnType<typeof createReport>} report
 */
async function startAll(session, report) {
  const { given, ending, screen, cleanups } = session
  const files = filesIn(given.var)
  const sockets = (await findRunningHaproxy(session)) ?? (await startExamples(session))
  const { host, port } = given.page ?? {
    host: '127.0.0.1',
    port: (await freePort(usualPort)) ?? (await freePort(0)),
  }
  const listen = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const text = configurationText(files.base, sockets, given.graphite, listen)
  writeFileSync(files.configuration, text, { mode: 0o640 })
  screen.line(`wrote ${shown(files.configuration)}:\n${text.trimEnd().replace(/^/gm, '    ').replace(/ +$/gm, '')}`)
  const late = new ScriptError(`timeout: no snapshot was delivered within ${patienceSeconds} s`)
  const patience = setTimeout(() => ending.abort(late), patienceSeconds * 1000)
  if (given.snapshots === undefined) clearTimeout(patience)
  cleanups.push(() => clearTimeout(patience))
  await startProgram(session, 'pull', report.line)
  await startProgram(session, 'process', (program, line) => {
    if (!report.line(program, line)) return
    if (screen.live) showTable(screen, `http://${listen}`)
    if (given.snapshots !== undefined) patience.refresh()
    if (report.snapshots() === given.snapshots) ending.abort()
  })
  screen.line(`the page of all processes is http://${listen}/`)
  screen.line(`a snapshot every ${pullInterval} seconds; Ctrl-C ends everything`)
}

/**
 * Shows the newest snapshot that the program serves, if it serves one.
 * @param {import('./screen.mjs').Screen} screen
 * @param {string} address
 */
async function showTable(screen, address) {
  try {
    const get = async (/** @type {string} */ name) => {
      const response = await fetch(`${address}/api/v1/${name}`, { signal: AbortSignal.timeout(1000 * pullInterval) })
      if (!response.ok) throw new Error(response.statusText)
      return /** @type {any} */ (await response.json())
    }
    const [rows, overview] = await Promise.all([get('rows'), get('overview')])
    screen.table(tableLines(rows, overview, screen.size()))
  } catch {
    // The table stays as it is; the lines above it show whether snapshots are delivered.
  }
}

/**
 * The sockets of an HAProxy that runs; undefined when none was found in the usual directory.
 * @param {Session} session
 */
async function findRunningHaproxy({ given, screen }) {
  const directory = given.directory ?? usualDirectory
  const sockets = await findSockets(directory)
  const { usable, refused, empty } = sockets
  if (usable.length > 0) {
    screen.line(`reading the HAProxy that runs here, by ${usable.join(', ')}`)
    if (refused.length > 0) screen.line(['left out:', ...refused].join('\n'))
    return sockets
  }
  if (given.directory === undefined) {
    if (refused.length > 0) screen.line(['the HAProxy that runs here cannot be read:', ...refused].join('\n'))
    return undefined
  }
  throw new ScriptError(
    [
      `No HAProxy answers in ${directory}${empty === undefined ? ':' : `: ${empty}.`}`,
      ...refused,
      'Give the directory of the "stats socket" in its configuration; without a directory, npm start starts two HAProxy',
      'processes itself.',
    ].join('\n'),
  )
}

/**
 * @param {Session} session
 * @returns {Promise<Sockets>}
 */
async function startExamples(session) {
  const { given, screen, children, cleanups } = session
  installTools('start')
  const command = findCommand('haproxy') ?? 'haproxy'
  const directory = makeExampleDirectory()
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }))
  const started = []
  for (const name of ['first', 'second']) {
    const logFile = join(filesIn(given.var).logs, `haproxy-${name}.log`)
    const one = await startExampleHaproxy(children, { command, name, directory, logFile })
    endWith(session, one.child, logFile)
    started.push(one)
    const addresses = Object.entries(one.ports).map(([frontend, port]) => `${frontend} http://127.0.0.1:${port}`)
    screen.line(
      `started ${one.child.name} (process ${one.child.pid}): ${addresses.join(', ')}, stats socket ${shown(one.socket)}`,
    )
  }
  cleanups.push(startTraffic(started.flatMap(({ ports }) => Object.values(ports))))
  screen.line('started light traffic to them, about 50 requests a second')
  return { usable: started.map(({ socket }) => socket), refused: [] }
}

/**
 * The configuration of both programs.
 * @param {string} base
 * @param {Sockets} sockets
 * @param {import('./arguments.mjs').Address | undefined} graphite
 * @param {string} listen
 */
function configurationText(base, { usable, refused }, graphite, listen) {
  const literal = (/** @type {string} */ text) => text.replaceAll('$', '$$$$')
  const [directory = '', ...others] = new Set(usable.map(dirname))
  // With the directory, sockets of a later reload are found too.
  const sources =
    refused.length === 0 && others.length === 0
      ? `socket-dir = ${literal(directory)}`
      : `servers = ${usable.map((path) => `unix://${literal(path)}`).join(', ')}`
  const destination = graphite === undefined ? '' : `[graphite]\nserver = ${graphite.host}\nport = ${graphite.port}\n\n`
  return `# Written by npm start, at every start.
[paths]
base-dir = ${literal(base)}

[DEFAULT]
# A line of the log for every snapshot: the table is drawn after each.
loglevel = debug

[pull]
${sources}
pull-interval = ${pullInterval}
pull-timeout = 1.5

[process]
workers = 2

${destination}[local-store]
dir = \${paths:base-dir}/local-store

[http]
listen = ${listen}
`
}

/**
 * @param {Session} session
 * @param {'pull' | 'process'} part
 * @param {(program: string, line: string) => void} onLine
 */
async function startProgram(session, part, onLine) {
  const { given, screen, children } = session
  const { configuration, logs } = filesIn(given.var)
  const name = `haproxystats-${part}`
  const logFile = join(logs, `${part}.log`)
  const script = join(root, 'packages', part, 'bin', `${name}.js`)
  const child = await children.start({
    name,
    command: process.execPath,
    args: [script, '-f', configuration],
    logFile,
    onLine: (line) => onLine(name, line),
  })
  endWith(session, child, logFile)
  screen.line(`started ${name} (process ${child.pid}), its log is ${shown(logFile)}`)
}

/**
 * Ends the run with an error when a child ends.
 * @param {Session} session
 * @param {import('./children.mjs').Child} child
 * @param {string} logFile
 */
function endWith({ children, ending }, child, logFile) {
  children.guard(child, (how) => {
    const lines = child.lastLines.map((line) => `  ${readableLine(line)}`)
    const sentence = `${child.name} ended unexpectedly (${how}). The last lines of ${shown(logFile)}:`
    ending.abort(new ScriptError([sentence, ...lines].join('\n')))
  })
}

/**
 * A path as short as it can be given.
 * @param {string} path
 */
function shown(path) {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}
