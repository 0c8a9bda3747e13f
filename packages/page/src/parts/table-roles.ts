/**
 * Roles of the parts of the big table. Each of its rows is a CSS grid, so that scrolling does not lay out all of them again;
 * some browsers drop the table roles then.
 */
export const tableRoles = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  columnHeader: { role: 'columnheader' },
  rowHeader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const
