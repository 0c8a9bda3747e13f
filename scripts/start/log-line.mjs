// @ts-check

/**
 * @typedef {object} Delivered what haproxystats-process says of a snapshot that every destination has
 * @property {number} snapshot seconds since the epoch
 * @property {number} processes
 * @property {number} datapoints
 * @property {number} seconds
 * @property {number} queue
 */

/** @typedef {{ snapshot: number, sources: number, queue: number }} Pulled what haproxystats-pull says of a snapshot it wrote */

/** pino's levels from which on a person is told. */
const levels = [
  { from: 60, word: 'critical' },
  { from: 50, word: 'error' },
  { from: 40, word: 'warning' },
]

/**
 * A line of a program's log; undefined for a line that is not JSON.
 * @param {string} line
 * @returns {Record<string, unknown> | undefined}
 */
export function parseLogLine(line) {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/**
 * @param {Record<string, unknown>} entry of haproxystats-process
 * @returns {Delivered | undefined}
 */
export function deliveredOf(entry) {
  const [snapshot, processes, datapoints, seconds, queue] = numbersOf(
    entry,
    'snapshot',
    'processes',
    'datapoints',
    'seconds',
    'queue',
  )
  if (!isNumber(snapshot) || !isNumber(processes) || !isNumber(datapoints)) return undefined
  return { snapshot, processes, datapoints, seconds: seconds ?? Number.NaN, queue: queue ?? Number.NaN }
}

/**
 * @param {Record<string, unknown>} entry of haproxystats-pull
 * @returns {Pulled | undefined}
 */
export function pulledOf(entry) {
  const [snapshot, sources, queue] = numbersOf(entry, 'snapshot', 'sources', 'queue')
  if (!isNumber(snapshot) || !isNumber(sources) || !isNumber(queue)) return undefined
  return { snapshot, sources, queue }
}

/**
 * @param {Record<string, unknown>} entry
 * @param {readonly string[]} names
 */
function numbersOf(entry, ...names) {
  return names.map((name) => (entry[name] === undefined ? Number.NaN : Number(entry[name])))
}

/**
 * What a person should know of: a warning or worse.
 * @param {Record<string, unknown>} entry
 * @returns {string | undefined}
 */
export function troubleOf(entry) {
  const level = levels.find(({ from }) => Number(entry['level']) >= from)
  return level === undefined ? undefined : `${level.word}: ${readable(String(entry['msg'] ?? JSON.stringify(entry)))}`
}

/**
 * A line of a log for a person: the sentence of an entry, or the line as it is. Control bytes never reach a terminal.
 * @param {string} line
 */
export function readableLine(line) {
  const entry = parseLogLine(line)
  return readable(String(entry?.['msg'] ?? line))
}

/** @param {string} text */
function readable(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, ' ')
}

/**
 * @param {number | undefined} value
 * @returns {value is number}
 */
function isNumber(value) {
  return value !== undefined && Number.isFinite(value)
}
