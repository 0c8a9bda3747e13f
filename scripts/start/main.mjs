// @ts-check
import { buildAll, installDependencies } from '../setup/workspace.mjs'
import { parseArguments, usage } from './arguments.mjs'
import { placesIn } from './configuration.mjs'
import { createEnding } from './ending.mjs'
import { claimRun } from './run-file.mjs'
import { runPrograms } from './session.mjs'

/**
 * Does what the command line asks for; throws a `Problem` for whatever a person has to mend.
 * @param {string[]} argv
 */
export async function main(argv) {
  const given = parseArguments(argv)
  if (given.help) {
    console.log(usage)
    return
  }
  installDependencies()
  buildAll()
  const places = placesIn(given.var)
  const run = await claimRun(places.run)
  const ending = createEnding()
  try {
    await runPrograms(given, places, run, ending)
  } finally {
    run.release()
    ending.dispose()
  }
}
