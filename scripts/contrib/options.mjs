// @ts-check
import { program } from '../../packages/process/dist/index.js'

/**
 * @typedef {object} Variable an option as tools that write the configuration call it
 * @property {string} name section and option, with underscores
 * @property {string} section
 * @property {string} option
 * @property {import('../../packages/core/dist/index.js').Option} row
 */

/** Every option of the table, by section. Sections whose options an operator names are not here. */
export function variables() {
  return Object.entries(program.table.sections)
    .filter(([, { entries }]) => entries === undefined)
    .map(([section, { options }]) => ({
      section,
      variables: Object.entries(options).map(
        ([option, row]) => /** @type {Variable} */ ({ name: nameOf(section, option), section, option, row }),
      ),
    }))
}

/** @param {string} section @param {string} option */
function nameOf(section, option) {
  return `${section}_${option}`.toLowerCase().replaceAll('-', '_')
}

/** What an option is for, and what it is without being set. @param {Variable} variable */
export function meaningOf({ row }) {
  const example = row.example === undefined ? '' : ` Example: ${row.example}`
  return `${row.summary} ${row.default === undefined ? 'Unset by default.' : `Default: ${row.default}`}${example}`
}

/** Lines of at most so many characters, where words allow. @param {string} text @param {number} width */
export function wrapped(text, width) {
  /** @type {string[]} */
  const lines = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
