// The plain way, in a process of its own: plain.js <packages>.
import { csvParse, joint } from '../harness/joints.ts'
import { sendAll } from './floor-parts.ts'
import { plainLines } from './plain-way.ts'
import type { YardstickReply, YardstickRequest } from './yardstick.ts'

const [packages = 'packages'] = process.argv.slice(2)
const csv = await csvParse(packages)
const { defaultLists } = await joint(packages, 'process/dist/aggregate/metric-lists.js')

process.on('message', async ({ files, time, port }: YardstickRequest) => {
  const lines = plainLines(files, time, defaultLists, csv)
  await sendAll(Buffer.from(lines.join(''), 'latin1'), port)
  process.send?.({ datapoints: lines.length } satisfies YardstickReply)
})
process.send?.('ready')
