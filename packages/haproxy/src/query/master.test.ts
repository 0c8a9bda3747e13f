import { expect, test } from 'vitest'
import { parseWorkers } from './master.ts'

const since19 = `#<PID>          <type>          <relative PID>  <reloads>       <uptime>
14448           master          0               0               0d 00h00m02s
# workers
14450           worker          1               0               0d 00h00m02s
14451           worker          2               0               0d 00h00m02s
# old workers
14440           worker          [was: 1]        1               0d 00h00m12s
`
const since20 = `#<PID>          <type>          <relative PID>  <reloads>       <uptime>        <version>      
14581           master          0               0               0d00h00m02s     2.0.0          
# workers
14583           worker          1               3               0d00h00m02s     2.0.0          
# programs
14590           program         0               0               0d00h00m02s     -
`
const since25 = `#<PID>          <type>          <reloads>       <uptime>        <version>      
18986           master          1 [failed: 0]   0d00h00m04s     2.6.12-1+deb12u4
# workers
19058           worker          0               0d00h00m02s     2.6.12-1+deb12u4
# old workers
18989           worker          1               0d00h00m04s     2.6.12-1+deb12u4
# programs

`

test.each([
  [
    '1.9, where old workers say what they were',
    since19,
    [
      { pid: 14450, number: 1, reloads: 0 },
      { pid: 14451, number: 2, reloads: 0 },
      { pid: 14440, number: 1, reloads: 1 },
    ],
  ],
  ['2.0', since20, [{ pid: 14583, number: 1, reloads: 3, version: '2.0.0' }]],
  [
    '2.5 and newer',
    since25,
    [
      { pid: 19058, number: 1, reloads: 0, version: '2.6.12-1+deb12u4' },
      { pid: 18989, number: 1, reloads: 1, version: '2.6.12-1+deb12u4' },
    ],
  ],
  ['a master alone', since25.replace(/# workers[\s\S]*# programs/, '# workers\n# programs'), []],
])('the workers of %s', (_, text, workers) => {
  expect(parseWorkers(text)).toEqual(workers)
})

test.each([
  '',
  'Unknown command.\n',
  '#<PID> <type>\n',
  since25.replace('19058', '-'),
  since25.replace('  0    ', '  x    '),
])('something else is refused: %j', (text) => {
  expect(() => parseWorkers(text)).toThrow(expect.objectContaining({ code: 'ANSWER_MALFORMED' }))
})
