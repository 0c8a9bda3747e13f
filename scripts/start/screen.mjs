// @ts-check

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const bold = '\u001b[1m'
const plain = '\u001b[22m'

/** @typedef {ReturnType<typeof createScreen>} Screen */

/**
 * Lines that scroll, and on a terminal a table that stays below them.
 * @param {NodeJS.WriteStream} output
 */
export function createScreen(output) {
  /** @type {string[]} */
  let table = []
  const erase = () => (table.length === 0 ? '' : `\r\u001b[${table.length}A\u001b[J`)
  const draw = () => table.map((line, index) => `${index < 2 ? bold + line + plain : line}\n`).join('')

  return {
    /** Whether it is a terminal, which shows a table. */
    live: output.isTTY === true,
    size: () => ({ width: Math.max(20, (output.columns || 80) - 1), height: Math.max(6, (output.rows || 24) - 4) }),

    /** Writes a line or more above the table. @param {string} text without the last line's end */
    line(text) {
      output.write(`${erase()}${text}\n${draw()}`)
    },

    /** Changes the table. @param {string[]} lines none longer than the terminal is wide */
    table(lines) {
      const old = erase()
      table = lines
      output.write(`${hideCursor}${old}${draw()}`)
    },

    /** Leaves the table where it is and goes on below it. */
    close() {
      if (table.length > 0) output.write(showCursor)
      table = []
    },
  }
}
