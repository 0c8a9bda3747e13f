// @ts-check

/** @typedef {import('./local-store.mjs').Reading} Reading */
/** @typedef {import('./local-store.mjs').Metrics} Metrics */
/** @typedef {{ metrics: Metrics, before: Metrics | undefined, elapsed: number }} Pair one object now and a snapshot ago */

const absent = '-'

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {(pair: Pair) => string} show
 */

/** The columns after kind and name. @type {readonly Column[]} */
const columns = [
  { title: 'requests/s', show: (pair) => decimal(requestRate(pair)) },
  { title: 'sessions', show: ({ metrics }) => whole(metrics.get('scur')) },
  { title: 'errors/s', show: (pair) => decimal(errorRate(pair)) },
  { title: 'servers up', show: ({ metrics }) => serversUp(metrics) },
]

/**
 * The live table as lines without colour, its first line the state of the whole, its second the titles. With more
 * objects than `height` allows, the busiest are shown.
 * @param {object} what
 * @param {Reading} what.now
 * @param {Reading | undefined} what.before
 * @param {number} what.processes
 * @param {{ width: number, height: number }} size
 * @returns {string[]}
 */
export function tableLines({ now, before, processes }, { width, height }) {
  const elapsed = before === undefined ? Number.NaN : now.seconds - before.seconds
  const all = [
    ...rowsOf('frontend', now.frontends, before?.frontends, elapsed),
    ...rowsOf('backend', now.backends, before?.backends, elapsed),
  ]
  const room = Math.max(1, height - 3)
  const shown = new Set([...all].sort((a, b) => b.busy - a.busy).slice(0, room))
  const cells = [
    ['', 'name', ...columns.map(({ title }) => title)],
    ...all.filter((row) => shown.has(row)).map((row) => row.cells),
  ]
  const hidden = all.length - shown.size
  return [
    `${processes} HAProxy ${processes === 1 ? 'process' : 'processes'}, ${processorUse(now.daemon)}`,
    ...align(cells, width),
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
  ].map((line) => line.slice(0, width).trimEnd())
}

/**
 * @param {string} kind
 * @param {Map<string, Metrics>} objects
 * @param {Map<string, Metrics> | undefined} earlier
 * @param {number} elapsed
 */
function rowsOf(kind, objects, earlier, elapsed) {
  return [...objects]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, metrics]) => {
      const pair = { metrics, before: earlier?.get(name), elapsed }
      return { cells: [kind, name, ...columns.map(({ show }) => show(pair))], busy: requestRate(pair) ?? 0 }
    })
}

/**
 * Columns side by side, numbers to the right. Names give way when the terminal is narrow.
 * @param {string[][]} rows
 * @param {number} width
 */
function align(rows, width) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const others = widths.reduce((sum, one, column) => (column === 1 ? sum : sum + one + 2), 0)
  widths[1] = Math.max(8, Math.min(widths[1] ?? 0, width - others))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const room = widths[column] ?? 0
        return column < 2 ? cell.slice(0, room).padEnd(room) : cell.padStart(room)
      })
      .join('  '),
  )
}

/**
 * What HAProxy says of a frontend; for a backend, which has only totals, the difference of two snapshots. Sessions
 * stand in for requests in mode tcp.
 * @param {Pair} pair
 */
function requestRate(pair) {
  return pair.metrics.get('req_rate') ?? growth(pair, ['req_tot']) ?? growth(pair, ['stot'])
}

/** @param {Pair} pair */
function errorRate(pair) {
  return growth(pair, ['hrsp_4xx', 'hrsp_5xx']) ?? growth(pair, ['econ', 'eresp']) ?? growth(pair, ['ereq'])
}

/**
 * By how much a sum of counters grew in a second; undefined without an earlier snapshot, where a counter is missing, and
 * where it shrank because HAProxy was started anew.
 * @param {Pair} pair
 * @param {readonly string[]} names
 */
function growth({ metrics, before, elapsed }, names) {
  const grown = names.reduce(
    (sum, name) => sum + (metrics.get(name) ?? Number.NaN) - (before?.get(name) ?? Number.NaN),
    0,
  )
  const rate = grown / elapsed
  return rate >= 0 && Number.isFinite(rate) ? rate : undefined
}

/** @param {Metrics} metrics */
function serversUp(metrics) {
  const total = metrics.get('TotalServers')
  const active = metrics.get('act')
  if (total === undefined || active === undefined) return ''
  return `${decimal(active + (metrics.get('bck') ?? 0)).replace(/\.0$/, '')} of ${whole(total)}`
}

/** @param {Metrics} daemon */
function processorUse(daemon) {
  const one = daemon.get('CpuUsagePct')
  const middle = daemon.get('50PercentileCpuUsagePct')
  const most = daemon.get('99PercentileCpuUsagePct')
  if (middle !== undefined && most !== undefined) return `CPU ${whole(middle)} % median, ${whole(most)} % highest`
  return one === undefined ? 'CPU unknown' : `CPU ${whole(one)} %`
}

/** @param {number | undefined} value */
function whole(value) {
  return value === undefined ? absent : String(Math.round(value))
}

/** @param {number | undefined} value */
function decimal(value) {
  return value === undefined ? absent : value.toFixed(1)
}
