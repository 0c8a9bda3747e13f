// @ts-check
// npm start: both programs on real HAProxy processes, from nothing. See scripts/start/arguments.mjs for the usage.
import { checkNode } from './setup/node-version.mjs'
import { report } from './setup/problem.mjs'

try {
  checkNode()
  // Loaded only now: an older Node lacks what it imports and would not get as far as the check.
  const { main } = await import('./start/main.mjs')
  await main(process.argv.slice(2))
} catch (error) {
  report(error)
}
