import { join } from 'node:path'
import { Carbon } from '../harness/carbon.ts'
import type { Random } from '../harness/random.ts'
import { Relay } from '../harness/relay.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'

/** The promised form of a line. */
const validLine = /^(?=.{1,1024}$)[A-Za-z0-9_:-]{1,200}(\.[A-Za-z0-9_:-]{1,200})* -?[0-9]+(\.[0-9]+)? [1-9][0-9]{0,11}$/

/** Separated by two spaces. */
const hostile = (
  '..  .  -x  .hidden  a..b  __proto__  constructor  a/b  ../../etc/passwd  a b  a\tb  a;tag=1  ' +
  "{a,b}  *  ?  [a]  %n%s  \u0000  \u007f  nan  1e9  a'b  a\\b  $(id)  a|b  ü  \u2028  日本  a\u00a0b  " +
  'toString  hasOwnProperty  A  a  a_b  a-b  a:b'
).split('  ')

/** A hostile name; a byte a character. Some differ only in characters that a path cannot carry. */
function hostileName(random: Random, number: number): string {
  const text = Buffer.from(random.pick(hostile)).toString('latin1')
  const other = Buffer.from(random.pick(hostile)).toString('latin1')
  switch (number % 4) {
    case 0:
      return `${text}${other}${number}`
    case 1:
      return `${'x'.repeat(random.whole(150, 300))}${text}${number}`
    case 2:
      return `same${random.pick([' ', '.', '/', '=', '\u00ff', '@', '(', '+'])}${number - (number % 16)}`
    default:
      return (
        Array.from({ length: random.whole(1, 40) }, () => String.fromCharCode(random.whole(1, 256))).join('') + number
      )
  }
}

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** One snapshot with so many frontends and servers with hostile names, and harmless neighbours. Returns what it holds. */
function publish(site: Site, random: Random, count: number): { time: number; objects: number } {
  const names = new Set<string>()
  for (let number = 0; names.size < count; number++) names.add(hostileName(random, number))
  const rows = [...names].flatMap((name, index) => [
    `${quoted(name)},FRONTEND,${index},0,\n`,
    `neighbour${index},FRONTEND,${index},0,\n`,
    `b,${quoted(name)},${index},2,\n`,
  ])
  const time = site.nextTime()
  site.put(time, [
    ['lb_stat', `# pxname,svname,stot,type,\n${rows.join('')}\n`],
    ['lb_info', 'Name: HAProxy\nCumConns: 1\n\n'],
  ])
  return { time, objects: 3 * names.size }
}

/** `stot` alone, so that there is one datapoint for each object. */
const process = { 'frontend-metrics': 'stot', 'server-metrics': 'stot', 'backend-metrics': 'stot' }

export async function intoRelay(context: RowContext): Promise<void> {
  const relay = await Relay.prepare(context.directory)
  await relay.start()
  const site = await Site.make(context, { port: relay.port, sections: { process } })
  const program = site.start('process')
  let left = context.times
  while (left > 0) {
    const count = Math.min(left, 2000)
    const { time, objects } = publish(site, context.random, count)
    const judged = judge(context, time)
    await context.waitFor('the names to arrive', () => {
      relay.read(judged)
      return judged.paths.size >= objects
    })
    context.injected(count)
    context.findings.expected += objects
    context.findings.lost += Math.max(0, objects - judged.paths.size)
    left -= count
  }
  await site.drained()
  await program.stop()
  await relay.stop('SIGKILL')
}

/** Takes lines as a ledger does: counts distinct paths of objects, and lines that are not valid. */
function judge(context: RowContext, time: number): { paths: Set<string>; arrive(line: string): void } {
  const paths = new Set<string>()
  return {
    paths,
    arrive: (line) => {
      const [path = '', , timestamp] = line.split(' ')
      if (!validLine.test(line)) {
        context.findings.wrong++
        context.problem(`not a valid line: ${JSON.stringify(line.slice(0, 200))}`)
      }
      if (Number(timestamp) !== time || !path.endsWith('.stot')) return
      if (paths.has(path)) context.findings.duplicates++
      paths.add(path)
    },
  }
}

export async function intoCarbon(context: RowContext): Promise<void> {
  const carbon = await Carbon.start(join(context.directory, 'carbon'))
  const site = await Site.make(context, { port: carbon.port, sections: { process } })
  const program = site.start('process')
  const { objects } = publish(site, context.random, context.times)
  const found = () => carbon.metrics().filter((metric) => metric.endsWith('.stot'))
  await context.waitFor('carbon to have a file for each', () => found().length >= objects, 60 + context.times / 50)
  context.injected(context.times)
  context.findings.expected = objects
  context.findings.lost = Math.max(0, objects - found().length)
  const strange = carbon.metrics().filter((metric) => !/^(test|carbon)\.[A-Za-z0-9_:.-]+$/.test(metric))
  for (const metric of strange) context.problem(`carbon made a strange metric: ${metric}`)
  context.findings.wrong = strange.length
  await site.drained()
  await program.stop()
  await carbon.stop()
}
