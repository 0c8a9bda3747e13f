/** Reads the answer to `show stat` as a spreadsheet would; shares no code with the programs. */

export type Row = ReadonlyMap<string, string>

/** Rows by `pxname/svname`. Throws on a repeated key, and on a row with another number of cells than the header. */
export function readSheet(csv: string): Map<string, Row> {
  const [header = [], ...records] = readRecords(csv.replace(/^# /, ''))
  const rows = new Map<string, Row>()
  for (const cells of records) {
    if (cells.length !== header.length) throw new Error(`${cells.length} cells of ${header.length}: ${cells.join(',')}`)
    const key = `${cells[0]}/${cells[1]}`
    if (rows.has(key)) throw new Error(`${key} is there twice`)
    rows.set(key, new Map(header.map((name, index) => [name, cells[index] as string])))
  }
  return rows
}

function readRecords(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let cell = ''
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] as string
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[index + 1] === '"') cell += text[++index]
      else quoted = false
    } else if (letter === '"') quoted = true
    else if (letter === ',') {
      record.push(cell)
      cell = ''
    } else if (letter === '\n') {
      // Every line ends in a comma, so nothing is left in `cell`; HAProxy ends its answer with an empty line.
      if (record.length > 0) records.push(record)
      record = []
    } else cell += letter
  }
  return records
}
