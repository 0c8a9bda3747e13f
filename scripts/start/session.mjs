// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { findCommand, installTools } from '../setup/debian.mjs'
import { Problem } from '../setup/problem.mjs'
import { root } from '../setup/quietly.mjs'
import { configurationText, placesIn, pullInterval, sourceOptions } from './configuration.mjs'
import { createCrew } from './crew.mjs'
import { readableLine } from './log-line.mjs'
import { choosePage } from './page.mjs'
import { createReport } from './report.mjs'
import { createScreen } from './screen.mjs'
import { findSockets, usualDirectory } from './sockets.mjs'
import { makeSocketDirectory, startHaproxy } from './throw-away.mjs'
import { startTraffic } from './traffic.mjs'

/** @typedef {import('./arguments.mjs').Arguments} Arguments */
/** @typedef {import('./ending.mjs').Ending} Ending */
/** @typedef {import('./screen.mjs').Screen} Screen */
/** @typedef {Awaited<ReturnType<typeof import('./run-file.mjs').claimRun>>} Run */
/** @typedef {{ given: Arguments, places: ReturnType<typeof placesIn>, run: Run, ending: Ending, screen: Screen, crew: import('./crew.mjs').Crew }} Session */

/** With `--snapshots`, the longest wait for the next one. */
const patienceSeconds = 60

/**
 * Starts everything, shows what happens until there is a reason to end, and ends everything it started.
 * @param {Arguments} given
 * @param {ReturnType<typeof placesIn>} places
 * @param {Run} run
 * @param {Ending} ending
 */
export async function runPrograms(given, places, run, ending) {
  const screen = createScreen(process.stdout)
  const crew = createCrew(run.addChild)
  const session = { given, places, run, ending, screen, crew }
  const report = createReport(screen, places)
  /** @type {(() => void)[]} */
  const cleanups = []
  ending.onSecondSignal(crew.kill)
  const started = startAll(session, report, cleanups)
  try {
    // A reason to end counts while things are still starting, too.
    const problem = await Promise.race([started.then(() => ending.reason), ending.reason])
    if (problem !== undefined) throw problem
  } finally {
    await crew.stop()
    await started.catch(() => undefined)
    for (const cleanup of cleanups) cleanup()
    screen.close()
  }
  screen.line(
    `ended: ${report.summary()}; datapoints are in ${shown(places.localStore)}, logs in ${shown(places.logs)}`,
  )
}

/**
 * @param {Session} session
 * @param {ReturnType<typeof createReport>} report
 * @param {(() => void)[]} cleanups
 */
async function startAll(session, report, cleanups) {
  const { given, places, ending, screen } = session
  for (const directory of [places.base, places.logs]) mkdirSync(directory, { recursive: true, mode: 0o750 })
  const sockets = (await runningHaproxy(session)) ?? (await throwAwayHaproxy(session, cleanups))
  const page = await choosePage(given.page)
  const text = configurationText({
    base: places.base,
    sources: sourceOptions(sockets),
    graphite: given.graphite,
    listen: page.listen,
  })
  writeFileSync(places.configuration, text, { mode: 0o640 })
  screen.line(`wrote ${shown(places.configuration)}:\n${text.trimEnd().replace(/^/gm, '    ').replace(/ +$/gm, '')}`)
  const patience = setTimeout(
    () => ending.fail(`no snapshot was delivered within ${patienceSeconds} seconds`),
    patienceSeconds * 1000,
  )
  if (given.snapshots === undefined) clearTimeout(patience)
  cleanups.push(() => clearTimeout(patience))
  await startProgram(session, 'pull', report.line)
  await startProgram(session, 'process', (name, line) => {
    if (!report.line(name, line)) return
    if (given.snapshots !== undefined) patience.refresh()
    if (report.snapshots() === given.snapshots) ending.done()
  })
  screen.line(`the page of all processes is ${page.address}`)
  screen.line(`a snapshot every ${pullInterval} seconds; Ctrl-C ends everything`)
}

/**
 * The sockets of a HAProxy that already runs; undefined when none was found and none was asked for.
 * @param {Session} session
 */
async function runningHaproxy({ given, screen }) {
  const directory = given.directory ?? usualDirectory
  const sockets = await findSockets(directory)
  const refused = sockets.refused.map((why) => `  ${why}`)
  if (sockets.usable.length > 0) {
    screen.line(`reading the HAProxy that runs here, by ${sockets.usable.join(', ')}`)
    if (refused.length > 0) screen.line(['left out:', ...refused].join('\n'))
    return sockets
  }
  if (given.directory === undefined) {
    if (refused.length > 0) screen.line(['no use can be made of the HAProxy that runs here:', ...refused].join('\n'))
    return undefined
  }
  throw new Problem(
    [
      `No HAProxy answers in ${directory}${sockets.empty === undefined ? ':' : `: ${sockets.empty}.`}`,
      ...refused,
      'Give the directory where a "stats socket" line of its configuration puts its socket; or give none, and npm start',
      'starts two HAProxy processes itself.',
    ].join('\n'),
  )
}

/**
 * @param {Session} session
 * @param {(() => void)[]} cleanups
 */
async function throwAwayHaproxy({ places, run, ending, screen, crew }, cleanups) {
  installTools('start')
  const command = findCommand('haproxy') ?? 'haproxy'
  const directory = makeSocketDirectory(places.directory)
  run.addTemporary(directory)
  const started = []
  for (const name of ['first', 'second']) {
    const logFile = join(places.logs, `haproxy-${name}.log`)
    const one = await startHaproxy({ crew, command, name, directory, logFile })
    crew.guard(one.child, (how) => ending.fail(lost(one.child, how, logFile)))
    started.push(one)
    screen.line(
      `started ${one.child.name} (process ${one.child.pid}): www http://127.0.0.1:${one.ports.www}, api http://127.0.0.1:${one.ports.api}, stats socket ${shown(one.socket)}`,
    )
  }
  cleanups.push(startTraffic(started.flatMap(({ ports }) => [ports.www, ports.api])))
  screen.line('started light traffic to them, about 50 requests a second')
  return { usable: started.map(({ socket }) => socket), refused: [] }
}

/**
 * @param {Session} session
 * @param {'pull' | 'process'} part
 * @param {(name: string, line: string) => void} onLine
 */
async function startProgram({ places, ending, screen, crew }, part, onLine) {
  const name = `haproxystats-${part}`
  const logFile = join(places.logs, `${part}.log`)
  const script = join(root, 'packages', part, 'bin', `${name}.js`)
  const child = await crew.start('program', {
    name,
    command: process.execPath,
    args: [script, '-f', places.configuration],
    logFile,
    onLine: (line) => onLine(name, line),
  })
  crew.guard(child, (how) => ending.fail(lost(child, how, logFile)))
  screen.line(`started ${name} (process ${child.pid}), its log is ${shown(logFile)}`)
}

/**
 * @param {import('./children.mjs').Child} child
 * @param {string} how
 * @param {string} logFile
 */
function lost(child, how, logFile) {
  const lines = child.lastLines().map((line) => `  ${readableLine(line)}`)
  return [
    `${child.name} has ended though nobody asked it to (${how}). Its last lines, of ${shown(logFile)}:`,
    ...lines,
  ].join('\n')
}

/**
 * A path as short as it can be given.
 * @param {string} path
 */
function shown(path) {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}
