// @ts-check
import { readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { reasonOf } from '../../packages/core/dist/index.js'

const answerLimitSeconds = 2

/** What some errors mean here. @type {Record<string, string>} */
const meanings = {
  ABORT_ERR: `timeout: no answer within ${answerLimitSeconds} s`,
  EACCES: 'permission denied; run this as a user or with a group that may use it',
  ECONNREFUSED: 'connection refused; nothing listens on it',
  ENOENT: 'no such file or directory',
}

/**
 * HAProxy answers on the `usable` sockets, `refused` has a line for each of the others, and `empty` the reason why there is
 * no socket at all.
 * @typedef {{ usable: string[], refused: string[], empty?: string | undefined }} Sockets
 */

/**
 * The sockets of a directory.
 * @param {string} directory
 * @returns {Promise<Sockets>}
 */
export async function findSockets(directory) {
  try {
    const paths = readdirSync(directory).map((name) => join(directory, name))
    const sockets = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isSocket()).sort()
    const reasons = await Promise.all(sockets.map(probe))
    return {
      usable: sockets.filter((_, index) => reasons[index] === undefined),
      refused: sockets.flatMap((path, index) => (reasons[index] === undefined ? [] : [`  ${path}: ${reasons[index]}`])),
      empty: sockets.length === 0 ? 'there is no socket in it' : undefined,
    }
  } catch (error) {
    return { usable: [], refused: [], empty: explain(error) }
  }
}

/** Sends `show info`. Resolves with undefined when HAProxy answers, else with the reason. @param {string} path */
export async function probe(path) {
  const beginning = 'Name: '
  try {
    const socket = connect({ path, signal: AbortSignal.timeout(answerLimitSeconds * 1000) })
    socket.setEncoding('utf8').write('show info\n')
    let answer = ''
    for await (const text of socket) {
      answer += text
      if (answer.length >= beginning.length) break
    }
    if (answer.startsWith(beginning)) return undefined
    return `answered ${JSON.stringify(answer.slice(0, 60))}, not as HAProxy does`
  } catch (error) {
    return explain(error)
  }
}

/** @param {unknown} error */
function explain(error) {
  return meanings[/** @type {NodeJS.ErrnoException} */ (error).code ?? ''] ?? reasonOf(error)
}
