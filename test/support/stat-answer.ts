/** One row as text, a byte a character; or its bytes. */
export type Cells = readonly string[]

/** A cell as HAProxy 1.7 and newer print it: quoted only when it must be. */
export function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** An answer to `show stat` with these columns and rows, each name and cell followed by a comma. */
export function statAnswer(columns: Cells, rows: readonly Cells[]): Buffer {
  const lines = [columns.map((name, index) => `${index === 0 ? '# ' : ''}${name},`), ...rows.map(rowOf)]
  return Buffer.from(
    lines
      .map((cells) => `${cells.join('')}\n`)
      .join('')
      .concat('\n'),
    'latin1',
  )
}

const rowOf = (cells: Cells) => cells.map((cell) => `${quoted(cell)},`)

/** An answer to `show info`. */
export function infoAnswer(lines: Readonly<Record<string, string | number>>): Buffer {
  const text = Object.entries({ Name: 'HAProxy', ...lines }).map(([name, value]) => `${name}: ${value}\n`)
  return Buffer.from(`${text.join('')}\n`, 'latin1')
}
