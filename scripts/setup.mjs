// @ts-check
// Makes a fresh clone ready: node scripts/setup.mjs [build | start | test | contrib | page | machine | releases]. Prints a line
// for each thing it does, and nothing when there is nothing to do.
import { installTools } from './setup/debian.mjs'
import { checkNode } from './setup/node-version.mjs'
import { report, ScriptError } from './setup/script-error.mjs'
import { buildAll, installDependencies } from './setup/workspace.mjs'

/** What each mode needs besides the built programs. @type {Record<string, () => void>} */
const modes = {
  build: () => {},
  start: () => installTools('start'),
  test: () => installTools('test'),
  contrib: () => installTools('contrib'),
  page: () => installTools('page'),
  machine: () => installTools('machine'),
  releases: () => {
    installTools('test')
    installTools('releases')
  },
}

try {
  const mode = process.argv[2] ?? 'build'
  const needs = modes[mode]
  if (needs === undefined) {
    throw new ScriptError(`setup: found "${mode}", expected one of: ${Object.keys(modes).join(', ')}`, 2)
  }
  checkNode()
  installDependencies()
  buildAll()
  needs()
} catch (error) {
  report(error)
}
