import { machineText } from './environment.ts'
import { figuresOf, sections } from './figures.ts'
import type { Run } from './report.ts'

const introduction = `# Performance

<!-- Printed by: npm run bench -- --from <results of --json> --write docs/performance.md -->

The figures are of one snapshot of a large load balancer: four HAProxy processes, each with 1,000 frontends, 1,000 backends and
10,000 servers, all busy (48,008 rows, 20 MB, about 392,000 datapoints). Snapshots are generated from a fixed seed, and every
datapoint that arrives is counted.

A ratio is the median of pairs that ran one right after the other (in parentheses the lowest and the highest). Ratios are
comparable between machines; seconds and MB are for scale. The references are:

- **minimum**: reads the same files, finds the separators, and writes as many bytes to the same receiver. No program can do less.
- **naive program**: csv-parse, one object a row, one string a datapoint.
- **simple reader**: asks the same sockets, writes each answer to a file, and syncs it.
- **HAProxy**: the CPU time that HAProxy itself needs to print as many rows.
`

const closing = `## Measure it yourself

\`npm run bench\` measures everything in this document (\`-- --list\` lists the measurements, \`-- --only <name>\` runs one of them);
\`npm run bench:compare -- <commit> <commit>\` compares two commits, pair by pair.
`

/** docs/performance.md. */
export function performanceDocument({ environment, rounds, results }: Run): string {
  const tables = Object.entries(sections).flatMap(([title, rows]) => {
    const lines = figuresOf(rows, results).map(({ what, found, target }) => `| ${what} | ${found} | ${target} |`)
    if (lines.length === 0) return []
    return [[`## ${title}`, '', '| figure | found | target |', '| --- | --- | --- |', ...lines, ''].join('\n')]
  })
  const { date, commit } = environment
  const machine = `Measured on ${date} with commit ${commit} on ${machineText(environment)}; up to ${rounds} pairs.\n`
  return [introduction, machine, ...tables, closing].join('\n')
}
