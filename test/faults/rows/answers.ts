import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FakeHaproxy, type Manner } from '../harness/fake-haproxy.ts'
import type { RowContext } from '../harness/row.ts'
import { Shape } from '../harness/shape.ts'
import { pause, until } from '../harness/wait.ts'
import { pullSite, settleBoth } from './kill-pull.ts'

/** What the suite uses of the built package haproxy. */
interface Querying {
  queryProcess(source: string, address: object, sink: object, options: object): Promise<unknown>
}

/** Every cut of an answer, through the part of pull that queries, over a real socket. A whole answer is accepted. */
export async function cutEverywhere(context: RowContext): Promise<void> {
  const shape = new Shape({ processes: 1, frontends: 1, backends: 1, servers: 2 })
  const [fake] = await FakeHaproxy.listenAll(join(context.directory, 'sockets'), shape)
  if (fake === undefined) throw new Error('no process')
  const { queryProcess }: Querying = await import(
    pathToFileURL(join(context.build.packages, 'haproxy/dist/index.js')).href
  )
  const connect = { timeout: 5, retries: 0, interval: 0 }
  const accepted = async (manner: Manner): Promise<boolean> => {
    fake.manner = manner
    const options = { ...connect, limit: 1e6, signal: AbortSignal.timeout(20_000) }
    return queryProcess('fake', { kind: 'unix', path: fake.path }, { write: () => undefined }, options).then(
      () => true,
      () => false,
    )
  }
  if (!(await accepted({}))) context.problem('a whole answer was refused')
  const { length } = fake.answer(Math.floor(Date.now() / 1000))
  const shortest = length - 20
  for (let cutAt = 0; cutAt < shortest; cutAt += Math.max(1, Math.floor(shortest / context.times))) {
    // The last bytes are those that matter, and the length changes from second to second.
    await check(cutAt)
  }
  for (let back = 1; back <= 20; back++) await check(fake.answer(Math.floor(Date.now() / 1000)).length - back)
  if (await accepted({ headerOnly: true })) context.problem('a header without rows was accepted')
  context.findings.expected = length

  async function check(cutAt: number): Promise<void> {
    const second = Math.floor(Date.now() / 1000)
    const taken = await accepted({ cutAt })
    // Asked again when the second changed, because then the answer may have been shorter.
    if (taken && second !== Math.floor(Date.now() / 1000)) return check(cutAt)
    if (taken && cutAt < (fake as FakeHaproxy).answer(second).length) {
      context.findings.wrong++
      context.problem(`an answer cut after ${cutAt} bytes was accepted`)
    }
    context.injected()
  }
}

/** Ways in which one of two processes does not answer as it should, for a few pulls each. */
const manners: readonly { readonly name: string; readonly manner: Manner }[] = [
  { name: 'cut', manner: { cutAt: 700 } },
  { name: 'stopped', manner: { stallAt: 0 } },
  { name: 'stalled', manner: { stallAt: 700 } },
  { name: 'endless', manner: { endless: true } },
  { name: 'header only', manner: { headerOnly: true } },
  { name: 'slow', manner: { delay: 1500 } },
]

/** Through both programs: nothing of a process that misbehaves is published as complete, and all is well when it behaves again. */
export async function misbehave(context: RowContext): Promise<void> {
  const { site, fakes } = await pullSite(context, { sections: { pull: { 'answer-limit': 4_000_000 } } })
  const [pull, processing] = [site.start('pull'), site.start('process')]
  const published = () => pull.lines(/^snapshot \d+: /).length
  for (const time of context.rounds()) {
    const { name, manner } = manners[time % manners.length] as (typeof manners)[number]
    await until('a snapshot', () => published() > time)
    const fake = fakes[time % 2] as FakeHaproxy
    fake.manner = manner
    const asked = fake.asked
    await until('it to be asked', () => fake.asked > asked)
    const before = published()
    await until('it to be asked again', () => fake.asked > asked + 1)
    if (published() > before + 1) context.problem(`published as complete although a process was ${name}`)
    fake.manner = {}
    context.injected()
    const again = published()
    await until('a snapshot again', () => published() > again)
    await pause(50)
  }
  site.excuseIncomplete(pull)
  await settleBoth(site, [pull, processing])
}
