// @ts-check

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const eraseBelow = '\u001b[J'
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
  const erase = () => (table.length === 0 ? '' : `\r\u001b[${table.length}A${eraseBelow}`)
  const draw = () => table.map((line, index) => `${index < 2 ? bold + line + plain : line}\n`).join('')

  return {
    /** Whether there is a table at all. */
    live: output.isTTY === true,

    size: () => ({ width: Math.max(20, (output.columns ?? 80) - 1), height: Math.max(6, (output.rows ?? 24) - 4) }),

    /**
     * Writes above the table, and changes the table if another is given.
     * @param {string} text one line or more, without the last line's end
     * @param {string[]} [lines] none longer than the terminal is wide
     */
    line(text, lines) {
      const old = erase()
      if (lines !== undefined) table = lines
      output.write(`${table.length > 0 ? hideCursor : ''}${old}${text}\n${draw()}`)
    },

    /** Leaves the table where it is and goes on below it. */
    close() {
      if (table.length > 0) output.write(showCursor)
      table = []
    },
  }
}
