// @ts-check
import { dirname } from 'node:path'

/** Seconds between two snapshots. */
export const pullInterval = 2

/**
 * Where the launcher keeps its things.
 * @param {string} directory absolute
 */
export function placesIn(directory) {
  return {
    directory,
    configuration: `${directory}/haproxystats.conf`,
    base: `${directory}/lib`,
    localStore: `${directory}/lib/local-store`,
    logs: `${directory}/log`,
    run: `${directory}/run.json`,
  }
}

/**
 * The sources as options of [pull]. The directory itself when all its sockets answer, so that sockets of a later reload
 * are found too; else those that answer.
 * @param {{ usable: readonly string[], refused: readonly string[] }} sockets
 */
export function sourceOptions({ usable, refused }) {
  const directories = new Set(usable.map(dirname))
  const [directory] = directories
  if (refused.length === 0 && directories.size === 1) return `socket-dir = ${literal(directory ?? '')}`
  return `servers = ${usable.map((path) => `unix://${literal(path)}`).join(', ')}`
}

/**
 * The configuration that both programs run from.
 * @param {object} what
 * @param {string} what.base
 * @param {string} what.sources from `sourceOptions`
 * @param {{ host: string, port: number } | undefined} what.graphite
 * @param {string} what.listen where the page is served
 */
export function configurationText({ base, sources, graphite, listen }) {
  const destination =
    graphite === undefined ? [] : ['[graphite]', `server = ${graphite.host}`, `port = ${graphite.port}`, '']
  return `${[
    '# Written by npm start, at every start.',
    '[paths]',
    `base-dir = ${literal(base)}`,
    '',
    '[DEFAULT]',
    '# A line of the log for every snapshot: the table is drawn after each.',
    'loglevel = debug',
    '',
    '[pull]',
    sources,
    `pull-interval = ${pullInterval}`,
    'pull-timeout = 1.5',
    '',
    '[process]',
    'workers = 2',
    '',
    ...destination,
    '[local-store]',
    'dir = ${paths:base-dir}/local-store',
    '',
    '[http]',
    `listen = ${listen}`,
  ].join('\n')}\n`
}

/**
 * A value that interpolation leaves as it is.
 * @param {string} text
 */
function literal(text) {
  return text.replaceAll('$', '$$$$')
}
