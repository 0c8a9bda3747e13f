// @ts-check
import { pruneLocalStore, readSnapshot } from './local-store.mjs'
import { deliveredOf, parseLogLine, pulledOf, troubleOf } from './log-line.mjs'
import { tableLines } from './table.mjs'

/** @typedef {import('./local-store.mjs').Reading} Reading */
/** @typedef {import('./log-line.mjs').Delivered} Delivered */
/** @typedef {import('./log-line.mjs').Pulled} Pulled */

/**
 * Turns the log lines of both programs into what a person sees, and counts.
 * @param {import('./screen.mjs').Screen} screen
 * @param {{ localStore: string }} places
 */
export function createReport(screen, places) {
  let snapshots = 0
  let datapoints = 0
  /** @type {Reading | undefined} */
  let before
  let lastPulled = 0
  let lastDelivered = 0

  /**
   * A snapshot that was read is worth a line only while the ones before it wait for a destination.
   * @param {Pulled} pulled
   */
  const showPulled = ({ snapshot, sources, queue }) => {
    if (lastDelivered < lastPulled) {
      screen.line(`${timeOf(snapshot)}  ${processes(sources)} read, waiting to be delivered, queue ${queue}`)
    }
    lastPulled = snapshot
    // Here, because local-store writes on while another destination waits.
    pruneLocalStore(places.localStore)
  }

  /** @param {Delivered} delivered */
  const showSnapshot = (delivered) => {
    snapshots += 1
    datapoints += delivered.datapoints
    screen.line(snapshotLine(delivered), screen.live ? table(delivered) : undefined)
    lastDelivered = delivered.snapshot
  }

  /** @param {Delivered} delivered */
  const table = ({ snapshot, processes }) => {
    const now = readSnapshot(places.localStore, snapshot)
    if (now === undefined) return undefined
    const lines = tableLines({ now, before, processes }, screen.size())
    before = now
    return lines
  }

  return {
    /**
     * @param {string} name of the program
     * @param {string} line
     * @returns {boolean} whether it told of a delivered snapshot
     */
    line(name, line) {
      const entry = parseLogLine(line)
      if (entry === undefined) return false
      const trouble = troubleOf(entry)
      if (trouble !== undefined) screen.line(`${name} ${trouble}`)
      const pulled = pulledOf(entry)
      if (pulled !== undefined) showPulled(pulled)
      const delivered = deliveredOf(entry)
      if (delivered !== undefined) showSnapshot(delivered)
      return delivered !== undefined
    },
    snapshots: () => snapshots,
    summary: () => `${snapshots} ${snapshots === 1 ? 'snapshot' : 'snapshots'}, ${datapoints} datapoints`,
  }
}

/** @param {Delivered} delivered */
function snapshotLine({ snapshot, processes: count, datapoints, seconds, queue }) {
  const taken = Number.isFinite(seconds) ? `${seconds.toFixed(3)} s` : 'unknown time'
  const waiting = Number.isFinite(queue) ? `queue ${queue}` : 'queue unknown'
  return `${timeOf(snapshot)}  ${processes(count)}, ${datapoints} datapoints in ${taken}, ${waiting}`
}

/** @param {number} snapshot */
function timeOf(snapshot) {
  return new Date(snapshot * 1000).toTimeString().slice(0, 8)
}

/** @param {number} count */
function processes(count) {
  return `${count} ${count === 1 ? 'process' : 'processes'}`
}
