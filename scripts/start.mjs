// @ts-check
// npm start: both programs on real HAProxy processes, from nothing. scripts/start/arguments.mjs has the usage.
import { checkNode } from './setup/node-version.mjs'
import { report } from './setup/script-error.mjs'

try {
  checkNode()
  // An older Node could not load these modules.
  const { parseArguments, usage } = await import('./start/arguments.mjs')
  const given = parseArguments(process.argv.slice(2))
  if (given.help) {
    console.log(usage)
  } else {
    const { buildAll, installDependencies } = await import('./setup/workspace.mjs')
    installDependencies()
    buildAll()
    // It imports what was built.
    const { start } = await import('./start/start.mjs')
    await start(given)
  }
} catch (error) {
  report(error)
}
