/** Unknown columns: the process is asked for their nature, and its answer goes into its snapshots. */
import { learnFields, typedCommand } from '@haproxystats/haproxy'
import { expect, test } from 'vitest'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { startHaproxy } from '../support/haproxy.ts'
import { recordedFile } from '../support/recorded.ts'
import { levels, startPull } from './pull-program.ts'

/** An answer with a column of a later release. */
function laterAnswer(pid: number): string {
  const [info, stat] = exampleAnswer({ pid }).split('\n\n# ')
  const rows = stat!.trimEnd().split('\n')
  return `${info}\n\n# ${rows.map((row, index) => `${row}${index === 0 ? 'new_counter' : 17},\n`).join('')}\n`
}

const usual = 'show info;show stat'
const typed = 'F.2.0.7.stot.1:MCPP:u64:12\nF.2.0.119.new_counter.1:MCPP:u64:17\n\n'

test('a process that has some is asked once what they are, others never', async () => {
  const telling = await fakeHaproxy({ answer: laterAnswer(1), typed })
  const old = await fakeHaproxy({ answer: laterAnswer(1), typed: recordedFile('answers/1.5.0/stat.txt') })
  const mute = await fakeHaproxy({ answer: laterAnswer(1), typed: '' })
  const known = await fakeHaproxy({ answer: recordedFile('answers/2.6.12-debian/semi.txt') })
  const fakes = [telling, old, mute, known]
  const pull = await startPull({ pull: { servers: fakes.map(({ address }) => address).join(', ') } })
  const snapshots = await pull.published(4)
  const [name, ...others] = fakes.map(({ address }) => `127.0.0.1_${new URL(address).port}`)
  for (const snapshot of snapshots) {
    const files = await pull.read(snapshot)
    expect(files[`${name}_typed`]).toBe(typed)
    expect(files[`${name}_stat`]).toContain('new_counter,\n')
    for (const other of others) expect(Object.keys(files)).not.toContain(`${other}_typed`)
  }
  const questions = (fake: typeof telling) => fake.commands.filter((command) => command !== usual)
  expect(questions(telling)).toEqual(['show stat 0 3 -1 typed;show stat 0 4 1 typed'])
  expect(questions(old)).toHaveLength(1)
  expect(questions(mute)).toHaveLength(3)
  expect(questions(known)).toEqual([])
  expect(pull.lines(/new_counter.*go into its snapshots/, levels.info)).toHaveLength(1)
  expect(pull.lines(/new_counter.*does not answer show stat typed/, levels.warning)).toHaveLength(1)
  expect(pull.lines(/new_counter.*it is not queried again/, levels.warning)).toHaveLength(1)
  // That one does not answer this keeps no snapshot back.
  const position = (text: RegExp) => pull.log.findIndex(({ msg }) => text.test(msg))
  expect(position(/^snapshot \d+: 4 processes/)).toBeLessThan(position(/it is not queried again/))

  const restarted = typed.replace('17', '0')
  telling.behave({ answer: laterAnswer(2), typed: restarted })
  const last = (await pull.published(2)).at(-1)!
  expect((await pull.read(last))[`${name}_typed`]).toBe(restarted)
  expect(questions(telling)).toHaveLength(2)
})

test('HAProxy answers the question for just these objects', async () => {
  const daemon = await startHaproxy()
  const [header, ...rows] = (await daemon.ask('show stat')).split('\n')
  const names = header!.slice(2).split(',')
  const server = rows.map((row) => row.split(',')).find((cells) => cells[1] === 'app2')!
  const [iid, sid] = ['iid', 'sid'].map((name) => Number(server[names.indexOf(name)]))
  const objects = [
    { iid: iid!, types: 3, sid: -1 },
    { iid: iid!, types: 4, sid: sid! },
  ]
  const answer = await daemon.ask(typedCommand(objects).trimEnd())
  const named = [...answer.matchAll(/^(.)\.\d+\.\d+\.\d+\.svname\..*:str:(.*)$/gm)].map(
    ([, kind, name]) => `${kind} ${name}`,
  )
  expect(named).toEqual(['B BACKEND', 'S app2'])
  expect(learnFields(answer).size).toBeGreaterThan(50)
})
