// @ts-check
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { counted, printable } from '../../packages/core/dist/index.js'

const keptSnapshots = 30

/** pino's levels from which a line is shown. */
const levels = [
  { from: 60, word: 'critical' },
  { from: 50, word: 'error' },
  { from: 40, word: 'warning' },
]

/**
 * Prints what the log lines of both programs say, and counts.
 * @param {(text: string) => void} print
 * @param {string} localStore
 */
export function createReport(print, localStore) {
  let snapshots = 0
  let datapoints = 0
  let lastPulled = 0
  let lastDelivered = 0
  return {
    /**
     * Takes a line of a program's log. Returns whether it reports a delivered snapshot.
     * @param {string} program
     * @param {string} line
     */
    line(program, line) {
      const entry = parseLogLine(line)
      const level = levels.find(({ from }) => entry['level'] >= from)
      if (level !== undefined) print(`${program} ${level.word}: ${readableLine(line)}`)
      const { snapshot, queue } = entry
      if (!Number.isFinite(snapshot)) return false
      const time = new Date(snapshot * 1000).toTimeString().slice(0, 8)
      if (Number.isFinite(entry['sources'])) {
        const read = counted(entry['sources'], 'process', 'processes')
        // It is worth a line only while earlier snapshots wait for an output.
        if (lastDelivered < lastPulled) print(`${time}  ${read} read, waiting to be delivered, queue ${queue}`)
        lastPulled = snapshot
        pruneLocalStore(localStore)
      }
      if (!Number.isFinite(entry['processes']) || !Number.isFinite(entry['datapoints'])) return false
      snapshots += 1
      datapoints += entry['datapoints']
      lastDelivered = snapshot
      const processes = counted(entry['processes'], 'process', 'processes')
      const seconds = Number(entry['seconds']).toFixed(3)
      print(`${time}  ${processes}, ${entry['datapoints']} datapoints in ${seconds} s, queue ${queue}`)
      return true
    },
    snapshots: () => snapshots,
    summary: () => `${counted(snapshots, 'snapshot')}, ${datapoints} datapoints`,
  }
}

/**
 * An entry of a program's log; empty for a line that is none. A snapshot may come as text.
 * @param {string} line
 * @returns {Record<string, any>}
 */
function parseLogLine(line) {
  try {
    const entry = line.startsWith('{') ? JSON.parse(line) : {}
    return { ...entry, snapshot: Number(entry.snapshot ?? Number.NaN) }
  } catch {
    return {}
  }
}

/**
 * A line of a log for a person: the sentence of an entry, or the line as it is.
 * @param {string} line
 */
export function readableLine(line) {
  return printable(String(parseLogLine(line)['msg'] ?? line))
}

/**
 * Removes all but the latest snapshots; haproxystats-process keeps them all.
 * @param {string} localStore
 */
function pruneLocalStore(localStore) {
  const stored = readdirSync(localStore).filter((name) => /^[1-9][0-9]*$/.test(name))
  for (const name of stored.sort((a, b) => Number(a) - Number(b)).slice(0, -keptSnapshots)) {
    rmSync(join(localStore, name), { recursive: true, force: true })
  }
}
