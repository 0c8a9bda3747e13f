import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from './wait.ts'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program and waits until it is ready, by what it has printed so far; rejects when it ends before. */
export async function startChild(
  command: readonly string[],
  isReady: (output: string) => boolean | Promise<boolean>,
): Promise<ChildProcess> {
  const [file = '', ...rest] = command
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-2000)
    })
  }
  await until(`${file} to be ready`, () => {
    if (child.exitCode !== null) throw new Error(`${file} ended with code ${child.exitCode}: ${output}`)
    return isReady(output)
  })
  return child
}

/** Sends a signal and waits until the program has ended. */
export async function stopChild(child: ChildProcess | undefined, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
