// @ts-check
import { readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { reasonOf } from './reason.mjs'

/** Where Debian's and Ubuntu's HAProxy has its stats socket. */
export const usualDirectory = '/run/haproxy'

const answerLimitSeconds = 2

/**
 * The sockets of a directory: `usable` are those on which HAProxy answers, `refused` says of the others why not, and
 * `empty` why there is none at all.
 * @param {string} directory
 * @returns {Promise<{ usable: string[], refused: string[], empty: string | undefined }>}
 */
export async function findSockets(directory) {
  const { sockets, empty } = listSockets(directory)
  const reasons = await Promise.all(sockets.map(probe))
  return {
    usable: sockets.filter((_, index) => reasons[index] === undefined),
    refused: sockets.flatMap((path, index) => (reasons[index] === undefined ? [] : [`${path}: ${reasons[index]}`])),
    empty,
  }
}

/** @param {string} directory */
function listSockets(directory) {
  try {
    const sockets = readdirSync(directory)
      .map((name) => join(directory, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isSocket())
      .sort()
    return { sockets, empty: sockets.length === 0 ? 'there is no socket in it' : undefined }
  } catch (error) {
    return { sockets: [], empty: reasonOf(error) }
  }
}

/**
 * Asks what listens on a socket for its `show info`; gives undefined when HAProxy answers, else the reason.
 * @param {string} path
 * @returns {Promise<string | undefined>}
 */
export function probe(path) {
  const beginning = 'Name: '
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(path)
    /** @param {string | undefined} why */
    const finish = (why) => {
      socket.destroy()
      resolve(why)
    }
    const judge = () =>
      finish(
        answer.startsWith(beginning)
          ? undefined
          : `answered ${JSON.stringify(answer.slice(0, 60))}, not as HAProxy does`,
      )
    socket.setTimeout(answerLimitSeconds * 1000, () => finish(`no answer within ${answerLimitSeconds} seconds`))
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write('show info\n'))
    socket.on('data', (text) => {
      answer += text
      if (answer.length >= beginning.length) judge()
    })
    socket.on('end', judge)
    socket.on('error', (error) => finish(reasonOf(error)))
  })
}
