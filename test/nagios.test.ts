import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSnapshotName } from '@haproxystats/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfiguration } from './support/configuration.ts'

const script = fileURLToPath(new URL('../contrib/nagios/check_haproxystats_queue_size', import.meta.url))
const codes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const

let base: string
let queue: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'haproxystats-queue-'))
  queue = join(base, 'incoming')
  mkdirSync(queue)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function run(...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync(script, args, { encoding: 'utf8', timeout: 20_000 })
  expect(error).toBeUndefined()
  return { status, stdout, stderr }
}

/** Runs the check with a configuration of its own. */
function check(configuration: string, ...args: string[]) {
  const file = join(base, 'haproxystats.conf')
  writeFileSync(file, configuration)
  return run('-f', file, ...args)
}

/** Runs the check on a queue of so many snapshots. */
function checkCount(count: number, ...args: string[]) {
  for (let index = 0; index < count; index += 1) mkdirSync(join(queue, String(1_700_000_000 + index)))
  return check(`[paths]\nbase-dir = ${base}\n`, ...args)
}

/** One line in the form of the Monitoring Plugins, its exit code, and nothing else. */
function state(word: keyof typeof codes, count: number, thresholds: string, directory = queue) {
  const snapshots = count === 1 ? 'snapshot' : 'snapshots'
  const stdout = `QUEUE ${word} - ${count} ${snapshots} in ${directory} | queue=${count};${thresholds};0\n`
  return { status: codes[word], stdout, stderr: '' }
}

/** What the programs themselves take for the queue. */
const queueOf = (text: string) => readConfiguration([{ file: 'haproxystats.conf', text }]).text('pull', 'dst-dir')

function unknown(reason: string | RegExp) {
  const text = typeof reason === 'string' ? reason.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : reason.source
  return {
    status: 3,
    stdout: expect.stringMatching(new RegExp(`^QUEUE UNKNOWN - [^\n|]*${text}[^\n|]*\n$`)),
    stderr: '',
  }
}

describe('the number of snapshots', () => {
  it.each([
    ['OK', 0],
    ['OK', 1],
    ['OK', 2],
    ['WARNING', 3],
    ['WARNING', 4],
    ['CRITICAL', 5],
  ] as const)('is %s with %i, -o 2 and -w 4', (word, count) => {
    expect(checkCount(count, '-o', '2', '-w', '4')).toEqual(state(word, count, '2;4'))
  })

  it.each([
    ['OK', 60],
    ['WARNING', 61],
    ['WARNING', 120],
    ['CRITICAL', 121],
  ] as const)('is %s with %i by default', (word, count) => {
    expect(checkCount(count)).toEqual(state(word, count, '60;120'))
  })

  it('leaves out what is no snapshot', () => {
    const directories = [
      '1',
      '1700000000',
      '999999999999',
      '1000000000000',
      '007',
      '-1',
      '2e9',
      '1x',
      'x1',
      '.5',
      '12 ',
    ]
    for (const name of directories) mkdirSync(join(queue, name))
    writeFileSync(join(queue, '1700000001'), '')
    symlinkSync(base, join(queue, '1700000002'))
    const count = directories.filter(isSnapshotName).length
    expect(count).toBe(3)
    expect(check(`[paths]\nbase-dir = ${base}\n`)).toEqual(state('OK', count, '60;120'))
  })
})

describe('the directory', () => {
  it.each([
    ['dst-dir', '[pull]\ndst-dir = @queue'],
    ['names in any case, a colon and no space', '[pull]\nDST-Dir:@queue'],
    [
      'comments, other sections and continued values',
      '; a\n[x]\ndst-dir = /x\n[pull]\nservers = unix:///a,\n  dst-dir = /b\n# c\ndst-dir = @queue',
    ],
    [
      'a reference to a section',
      '[paths]\nbase-dir = /nowhere\n[x]\nhere = @base\n[pull]\ndst-dir = ${x:here}/incoming',
    ],
    ['a reference to a key of [DEFAULT]', '[DEFAULT]\nhere = @base\n[pull]\ndst-dir = ${HERE}/incoming'],
    [
      'references to references',
      '[paths]\nroot = @base\nbase-dir = ${root}\n[pull]\ndst-dir = ${paths:base-dir}/incoming',
    ],
    ['line ends of another system', '[pull]\r\ndst-dir = @queue\r\n'],
  ])('comes from %s', (_, configuration) => {
    mkdirSync(join(queue, '1700000000'))
    const text = configuration.replaceAll('@queue', queue).replaceAll('@base', base)
    expect(check(text)).toEqual(state('OK', 1, '60;120'))
    expect(queueOf(text)).toBe(queue)
  })

  it('may hold a dollar, blanks and a bar', () => {
    const odd = join(base, 'a $b | c')
    mkdirSync(odd)
    const shown = odd.replace('|', '?')
    const text = `[pull]\ndst-dir = ${odd.replace('$', '$$$$')}`
    expect(check(text)).toEqual(state('OK', 0, '60;120', shown))
    expect(queueOf(text)).toBe(odd)
  })

  it('is the built-in one without any option, and [DEFAULT] does not replace a built-in default', () => {
    const text = `[DEFAULT]\ndst-dir = ${queue}\nbase-dir = ${base}\n`
    expect(queueOf(text)).toBe('/var/lib/haproxystats/incoming')
    expect(check(text).stdout).toContain(' /var/lib/haproxystats/incoming')
  })
})

describe('UNKNOWN', () => {
  it.each([
    [
      'a directory that is not there',
      '[pull]\ndst-dir = /nonexistent/incoming',
      'the queue /nonexistent/incoming cannot be read',
    ],
    ['a file instead of a directory', '[pull]\ndst-dir = /dev/null', 'the queue /dev/null cannot be read'],
    ['a relative path', '[pull]\ndst-dir = incoming', 'not an absolute path'],
    ['an empty value', '[pull]\ndst-dir =', 'not an absolute path'],
    ['a reference to nothing', '[pull]\ndst-dir = ${paths:nothing}', '${paths:nothing} is used but is not in the file'],
    ['a reference in a circle', '[paths]\nbase-dir = ${base-dir}', 'refers to itself'],
    ['a lone dollar', '[pull]\ndst-dir = /a$b', 'a dollar is written $$'],
  ])('for %s', (_, configuration, reason) => {
    expect(check(configuration)).toEqual(unknown(reason))
  })

  it('for a configuration that is not there or a directory', () => {
    expect(run('-f', '/nonexistent/haproxystats.conf')).toEqual(
      unknown('/nonexistent/haproxystats.conf cannot be read'),
    )
    expect(run('-f', base)).toEqual(unknown('is a directory'))
  })

  it.each([
    [['-o', 'x']],
    [['-o', '-1']],
    [['-w', '']],
    [['-w', '1.5']],
    [['-o', '5', '-w', '4']],
    [['-o', '9999999999']],
    [['-t', '0']],
    [['-x']],
    [['-w']],
    [['surplus']],
  ])('for %j', (args) => {
    expect(checkCount(0, ...args)).toEqual(unknown(''))
  })

  it('when the answer takes longer than -t', () => {
    const pipe = join(base, 'pipe')
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    expect(run('-f', pipe, '-t', '1')).toEqual(unknown('no answer within 1 seconds'))
  })
})

describe('other options', () => {
  it('-t changes nothing in time', () => {
    expect(checkCount(3, '-o', '1', '-w', '2', '-t', '15')).toEqual(state('CRITICAL', 3, '1;2'))
  })

  it('-h shows the usage', () => {
    const { status, stdout } = run('-h')
    expect(status).toBe(0)
    for (const option of ['-f', '-o', '-w', '-t', '-h', '-V']) expect(stdout).toContain(`  ${option} `)
  })

  it('-V shows the release', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(run('-V')).toEqual({ status: 0, stdout: `check_haproxystats_queue_size ${version}\n`, stderr: '' })
  })
})
