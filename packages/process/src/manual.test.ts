import { expect, it } from 'vitest'
import { renderMetrics } from './manual.ts'
import { chosenKinds, selectableFields } from './pipeline/plan.ts'

it('the chapter on metrics has every metric that can be sent, once', () => {
  const rows = renderMetrics()
    .split('\n')
    .flatMap((line) => /^\| (?:\*\*)?`([^`]+)`/.exec(line)?.[1] ?? [])
  for (const kind of chosenKinds) for (const name of selectableFields(kind)) expect(rows, kind).toContain(name)
  expect(new Set(rows).size).toBe(rows.length)
})
