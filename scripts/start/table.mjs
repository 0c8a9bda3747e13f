// @ts-check

/** @typedef {number | string | null} Value */
/** @typedef {[key: string, kind: string, pxname: string, svname: string, sources: number[], ...values: Value[]]} Row */
/** @typedef {{ fields: string[], rows: Row[] }} Rows an answer of /api/v1/rows */
/** @typedef {{ sources: { cpu: number | null }[] }} Overview an answer of /api/v1/overview */

const titles = ['', 'name', 'requests/s', 'sessions', 'errors/s', 'servers up']

/**
 * The live table as lines without colour: the state of the whole, the titles, a row for each frontend and backend. Where
 * `height` is too small, the rows with the most requests are shown.
 * @param {Rows} answer
 * @param {Overview} overview
 * @param {{ width: number, height: number }} size
 * @returns {string[]}
 */
export function tableLines({ fields, rows }, { sources }, { width, height }) {
  const all = rows
    .filter(([, kind]) => kind === 'frontend' || kind === 'backend')
    .map(([, kind, name, , , ...values]) => {
      const value = (/** @type {string} */ field) =>
        /** @type {number | null} */ (values[fields.indexOf(field)] ?? null)
      // Sessions stand in for requests in mode tcp.
      const requests = value('req_rate') ?? value('req_tot/s') ?? value('rate')
      const failed = value('hrsp_5xx/s')
      const errors = failed === null ? value('errors/s') : failed + (value('hrsp_4xx/s') ?? 0)
      const servers = rows.filter((row) => row[1] === 'server' && row[2] === name).length
      const up = (value('act') ?? 0) + (value('bck') ?? 0)
      const serversUp = kind === 'frontend' ? '' : `${decimal(up).replace('.0', '')} of ${servers}`
      const cells = [kind, name, decimal(requests), decimal(value('scur'), 0), decimal(errors), serversUp]
      return { cells, requests: requests ?? 0 }
    })
  const shown = new Set([...all].sort((a, b) => b.requests - a.requests).slice(0, Math.max(1, height - 3)))
  const cells = all.filter((row) => shown.has(row)).map((row) => row.cells)
  const hidden = all.length - shown.size
  const processes = sources.length === 1 ? 'process' : 'processes'
  return [
    `${sources.length} HAProxy ${processes}, ${processorUse(sources)}`,
    ...align([titles, ...cells], width),
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
  ].map((line) => line.slice(0, width).trimEnd())
}

/**
 * Columns side by side, numbers to the right. Names are cut when the terminal is narrow.
 * @param {string[][]} rows
 * @param {number} width
 */
function align(rows, width) {
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const others = widths.reduce((sum, one, column) => (column === 1 ? sum : sum + one + 2), 0)
  widths[1] = Math.max(8, Math.min(widths[1] ?? 0, width - others))
  const cell = (/** @type {string} */ text, /** @type {number} */ column) => {
    const room = widths[column] ?? 0
    return column < 2 ? text.slice(0, room).padEnd(room) : text.padStart(room)
  }
  return rows.map((row) => row.map(cell).join('  '))
}

/** @param {Overview['sources']} sources */
function processorUse(sources) {
  const known = sources.flatMap(({ cpu }) => cpu ?? []).sort((a, b) => a - b)
  const highest = known.at(-1)
  if (highest === undefined) return 'CPU unknown'
  return known.length === 1
    ? `CPU ${highest} %`
    : `CPU ${known[(known.length - 1) >> 1]} % median, ${highest} % highest`
}

/**
 * @param {number | null} value
 * @param {number} [digits]
 */
function decimal(value, digits = 1) {
  return value === null ? '-' : value.toFixed(digits)
}
