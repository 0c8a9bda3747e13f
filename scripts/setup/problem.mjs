// @ts-check

/** Something that a person has to mend: its message is shown as it is, without a stack trace. */
export class Problem extends Error {
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
 * Shows what ended a script and sets the exit code.
 * @param {unknown} error
 */
export function report(error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exitCode = error instanceof Problem ? error.exitCode : 1
}
