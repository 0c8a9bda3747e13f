import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from '../harness/program.ts'
import type { RowContext } from '../harness/row.ts'
import { pause, until } from '../harness/wait.ts'
import { pullSite, settleBoth } from './kill-pull.ts'

/** Loaded before the program: the time of day is as far ahead of the machine's as a file says, in seconds. */
const preload = `import fs from 'node:fs'; const now = Date.now;
Date.now = () => now() + 1000 * Number(fs.readFileSync(process.env.AHEAD, 'utf8'))`

/** Steps of the time of day in seconds, or what else happens to clocks. */
const steps = [1, -1, 'restart', 3600, -3600, 'suspend', 'drift', -2, 2, 0.5, -0.5] as const

/** Sets pull's clock again and again: no slot may be published twice, and pulling goes on after each. */
export async function stepClock(context: RowContext): Promise<void> {
  const { site, fakes } = await pullSite(context)
  const file = join(context.directory, 'ahead')
  let ahead = 0
  const set = (seconds: number) => {
    ahead = seconds
    writeFileSync(file, String(seconds))
    for (const fake of fakes) fake.ahead = seconds
  }
  set(0)
  const processing = site.start('process')
  const earlier: string[] = []
  const start = () =>
    site.start('pull', {
      node: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`],
      env: { AHEAD: file },
    })
  const publishedBy = (program: Program) => program.lines(/^snapshot \d+: \d/).map((line) => String(line['snapshot']))
  let pull = start()
  await until('a snapshot', () => publishedBy(pull).length > 0)
  for (const time of context.rounds()) {
    const step = steps[time % steps.length]
    // In the middle of a slot, when nothing is being asked.
    const before = publishedBy(pull).length
    await until('a snapshot', () => publishedBy(pull).length > before)
    await pause(250)
    if (typeof step === 'number') set(ahead + step)
    else if (step === 'drift') set(ahead + 0.05)
    else if (step === 'suspend') {
      pull.kill('SIGSTOP')
      await pause(2500)
      pull.kill('SIGCONT')
    } else {
      await pull.stop()
      earlier.push(...publishedBy(pull))
      await site.drained()
      set(ahead - 3)
      pull = start()
    }
    context.injected()
    const after = publishedBy(pull).length
    await context.waitFor(`a snapshot after ${step}`, () => publishedBy(pull).length > after, 30)
  }
  const all = [...earlier, ...publishedBy(pull)]
  const twice = all.filter((name, index) => all.indexOf(name) !== index)
  if (twice.length > 0) context.problem(`published twice: ${twice}`)
  context.note(`${all.length} slots, ${twice.length} of them twice`)
  set(Math.max(0, ahead))
  await settleBoth(site, [pull, processing])
}
