import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { forThreads } from './thread-options.ts'

const loaded = 'data:text/javascript,0'

/** Whether node starts a thread with these options. */
async function starts(execArgv: readonly string[]): Promise<boolean> {
  try {
    const [code] = await once(new Worker('', { eval: true, execArgv: [...execArgv] }), 'exit')
    return code === 0
  } catch {
    return false
  }
}

test.each([
  [['--stack-size=2000'], []],
  [['--max-old-space-size=200', '--no-warnings', '--title=x'], ['--no-warnings']],
  [
    ['--import', loaded, '--expose-gc', '--trace-warnings'],
    ['--import', loaded, '--trace-warnings'],
  ],
  [['--title', 'import', '--conditions=x'], ['--conditions=x']],
  [['--import-other=x', '--heap-profiler-trace-objects'], []],
  [['--enable-source-maps', '--stack-trace-limit=5'], ['--enable-source-maps']],
])('of %j a thread gets %j', async (given, expected) => {
  expect(forThreads(given)).toEqual(expected)
  expect(await starts(forThreads(given))).toBe(true)
})

test('profiles are taken in threads too', () => {
  const profiling = ['--cpu-prof', '--cpu-prof-dir=/somewhere', '--heap-prof-interval', '1000']
  expect(forThreads(profiling)).toEqual(profiling)
})

test('a thread is refused because of an option of V8', async () => {
  expect(await starts(['--stack-size=2000'])).toBe(false)
})
