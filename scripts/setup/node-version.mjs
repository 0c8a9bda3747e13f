// @ts-check
import { ScriptError } from './script-error.mjs'

/** The oldest release of each line that every dependency accepts; lines between them that are not here never had one. */
const oldest = [
  { major: 20, minor: 19 },
  { major: 22, minor: 13 },
  { major: 23, minor: 5 },
]

/**
 * Whether a Node release can run the programs and their tools.
 * @param {string} version as in `process.versions.node`
 */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const line = oldest.find((row) => row.major === major)
  return line === undefined ? major > 23 : minor >= line.minor
}

/** Stops when this Node is too old, before anything else fails with a message that does not say so. */
export function checkNode() {
  const found = process.versions.node
  if (isSupported(found)) return
  const expected = oldest.map(({ major, minor }) => `${major} from ${major}.${minor} on`).join(', ')
  throw new ScriptError(
    `This is Node ${found}. It takes Node ${expected}, or 24 and newer.\n` +
      'Install one of them, for example from https://nodejs.org/en/download, and run the command again.',
  )
}
