import { describe, expect, it } from 'vitest'
import { createLogger, type LogFormat } from './logger.ts'

/** What a program writes that logs one line of each level, and a name that means something to a terminal. */
async function written(format: LogFormat, { terminal = false, journal = false } = {}): Promise<string[]> {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  const output = { terminal, journal, write }
  const log = await createLogger('p', { level: 'debug', format }, output)
  log.debug('one')
  log.info({ source: '/run/\x1b[2Jadmin\u202e.sock' }, 'two \x1b]0;title\x07')
  log.child({ dispatcher: 'd' }).warn('three')
  log.error({ err: new Error('broken') }, 'four')
  log.fatal('five')
  return text.trimEnd().split('\n')
}

describe('createLogger', () => {
  it('writes JSON where no terminal reads it', async () => {
    const lines = (await written('auto')).map((line) => JSON.parse(line))
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [20, 'one'],
      [30, 'two \x1b]0;title\x07'],
      [40, 'three'],
      [50, 'four'],
      [60, 'five'],
    ])
    expect(lines[0]).toMatchObject({ program: 'p', pid: process.pid, time: expect.stringMatching(/^20..-/) })
  })

  it.each([
    ['auto', true],
    ['text', false],
  ] as const)('as %s writes text with nothing that a terminal would act upon but colours', async (format, terminal) => {
    const coloured = await written(format, { terminal })
    const lines = terminal ? coloured.map((line) => line.replace(/\x1b\[\d+m/g, '')) : coloured
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    expect(lines[1]).toContain('two \\u001b]0;title\\u0007')
    expect(lines[1]).toContain('admin')
    expect(lines.join('\n')).toMatch(/ERROR.*: four[\s\S]*Error: broken[\s\S]*FATAL/)
  })

  it.each(['json', 'text'] as const)('gives every line its priority where journald reads them: %s', async (format) => {
    const lines = await written(format, { journal: true })
    expect(lines.every((line) => /^<[23467]>./.test(line))).toBe(true)
    const priorities = lines.map((line) => line.slice(0, 3))
    expect([...new Set(priorities)]).toEqual(['<7>', '<6>', '<4>', '<3>', '<2>'])
    if (format === 'json') expect(lines.map((line) => JSON.parse(line.slice(3)).msg)).toContain('three')
    else expect(priorities.filter((priority) => priority === '<3>').length).toBeGreaterThan(2)
  })

  it('has no priorities elsewhere', async () => {
    expect((await written('text')).join('')).not.toMatch(/<\d>/)
  })
})
