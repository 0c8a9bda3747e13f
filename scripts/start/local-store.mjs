// @ts-check
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {Map<string, number>} Metrics */
/**
 * What the table shows of a snapshot.
 * @typedef {object} Reading
 * @property {number} seconds since the epoch
 * @property {Metrics} daemon
 * @property {Map<string, Metrics>} frontends
 * @property {Map<string, Metrics>} backends
 */

/** Beyond it the table is left out: thousands of proxies fit on no screen, and reading them takes time. */
const largestFile = 16 * 1024 * 1024
const keptSnapshots = 30

const line = /\.haproxy\.(?:daemon\.([^. ]+)|(frontend|backend)\.([^. ]+)\.([^. ]+)) (\S+) /

/**
 * The datapoints of one snapshot, from the file that local-store wrote; undefined when it is not there or too large.
 * @param {string} directory
 * @param {number} snapshot
 * @returns {Reading | undefined}
 */
export function readSnapshot(directory, snapshot) {
  const file = join(directory, String(snapshot), 'stats')
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined || size > largestFile) return undefined
  return parseDatapoints(readFileSync(file, 'utf8'), snapshot)
}

/**
 * Lines of `path value timestamp`; those of servers are passed over.
 * @param {string} text
 * @param {number} seconds
 * @returns {Reading}
 */
export function parseDatapoints(text, seconds) {
  /** @type {Reading} */
  const reading = { seconds, daemon: new Map(), frontends: new Map(), backends: new Map() }
  for (const datapoint of text.split('\n')) {
    const match = line.exec(datapoint)
    if (match === null) continue
    const [, daemonMetric, kind, name = '', metric = '', value] = match
    const metrics =
      daemonMetric !== undefined
        ? reading.daemon
        : metricsOf(kind === 'frontend' ? reading.frontends : reading.backends, name)
    metrics.set(daemonMetric ?? metric, Number(value))
  }
  return reading
}

/**
 * @param {Map<string, Metrics>} objects
 * @param {string} name
 */
function metricsOf(objects, name) {
  const known = objects.get(name)
  if (known !== undefined) return known
  /** @type {Metrics} */
  const metrics = new Map()
  objects.set(name, metrics)
  return metrics
}

/**
 * Removes all but the latest snapshots of a local store, which nobody else does.
 * @param {string} directory
 */
export function pruneLocalStore(directory) {
  for (const name of storedSnapshots(directory).slice(0, -keptSnapshots)) {
    rmSync(join(directory, name), { recursive: true, force: true })
  }
}

/** @param {string} directory */
function storedSnapshots(directory) {
  try {
    return readdirSync(directory)
      .filter((name) => /^[1-9][0-9]*$/.test(name))
      .sort((a, b) => Number(a) - Number(b))
  } catch {
    return []
  }
}
