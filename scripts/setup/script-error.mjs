// @ts-check

/** An error that a person can correct: its message is printed without a stack. */
export class ScriptError extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/**
 * Prints the error that ended a script and sets the exit code.
 * @param {unknown} error
 */
export function report(error) {
  console.error(error instanceof ScriptError ? error.message : error)
  process.exitCode = error instanceof ScriptError ? error.exitCode : 1
}
