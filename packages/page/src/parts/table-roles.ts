/**
 * What the parts of the big table are. Its rows are laid out as grids, each for itself, so that scrolling does not lay out all
 * of them again; some browsers forget then that it is a table.
 */
export const tableRoles = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  columnHeader: { role: 'columnheader' },
  rowHeader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const
