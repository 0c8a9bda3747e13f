// @ts-check
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../setup/problem.mjs'

/**
 * A process, with the kernel's clock tick of its start: a number alone may be another process by now.
 * @typedef {{ pid: number, started: string }} Identity
 */

/** @typedef {{ launcher: number, children: Identity[], temporary: string[] }} Run */

const stopSeconds = 5

/**
 * Claims a directory for this launcher, and clears up what a killed one left there: processes and temporary directories.
 * Throws a `Problem` while another launcher runs there.
 * @param {string} file where to keep what there would be to clear up
 */
export async function claimRun(file) {
  const directory = dirname(file)
  mkdirSync(directory, { recursive: true, mode: 0o750 })
  const lock = await takeLock(directory)
  if (lock === undefined) {
    throw new Problem(
      `Another npm start (process ${read(file)?.launcher ?? 'unknown'}) is running in ${directory}.\n` +
        'End it with Ctrl-C, or give this one a directory of its own: npm start -- --var <directory>',
    )
  }
  await clearUp(read(file))
  /** @type {Run} */
  const run = { launcher: process.pid, children: [], temporary: [] }
  const save = () => {
    writeFileSync(`${file}.new`, `${JSON.stringify(run)}\n`, { mode: 0o640 })
    renameSync(`${file}.new`, file)
  }
  save()
  return {
    /** @param {number} pid */
    addChild(pid) {
      run.children.push({ pid, started: startOf(pid) ?? '' })
      save()
    },
    /** @param {string} path */
    addTemporary(path) {
      run.temporary.push(path)
      save()
    },
    release() {
      removeTemporary(run)
      rmSync(file, { force: true })
      lock.release()
    },
  }
}

/**
 * A lock that the kernel frees however its holder ends. Undefined when another process holds it.
 * @param {string} directory
 */
async function takeLock(directory) {
  // Loaded only now: on a fresh clone it has just been built.
  const { lockDirectory, StatsError } = await import('../../packages/core/dist/index.js')
  try {
    return lockDirectory('haproxystats-start', directory)
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    if (error.code === 'QUEUE_BUSY') return undefined
    throw new Problem(error.message)
  }
}

/** @param {Run | undefined} before */
async function clearUp(before) {
  if (before === undefined) return
  await endLeftovers(before.children.filter(isAlive))
  removeTemporary(before)
}

/** @param {Identity[]} leftovers */
async function endLeftovers(leftovers) {
  if (leftovers.length === 0) return
  console.log(`ending what a killed npm start left: ${leftovers.map(({ pid }) => `process ${pid}`).join(', ')}`)
  for (const { pid } of leftovers) kill(pid, 'SIGTERM')
  for (let waited = 0; waited < stopSeconds && leftovers.some(isAlive); waited += 0.1) await delay(100)
  for (const { pid } of leftovers.filter(isAlive)) kill(pid, 'SIGKILL')
}

/** @param {Run} run */
function removeTemporary({ temporary }) {
  for (const directory of temporary) rmSync(directory, { recursive: true, force: true })
}

/**
 * @param {string} file
 * @returns {Run | undefined} undefined too when the file is not what was written
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {Identity} identity */
function isAlive({ pid, started }) {
  return started !== '' && startOf(pid) === started
}

/**
 * The 22nd field of proc(5) `stat`, counted after the command's name, which may hold spaces; undefined when there is no
 * such process or it has ended and only waits to be noticed.
 * @param {number} pid
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function kill(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
