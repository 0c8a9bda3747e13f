import { describe, expect, it } from 'vitest'
import { parseStatus, type StatusWord, statusWords } from './status.ts'

describe('parseStatus', () => {
  it.each<[string, StatusWord, changing?: boolean]>([
    ['no check', 'no check'],
    ['UP', 'UP'],
    ['UP 1/3', 'UP', true],
    ['UP 0/3', 'UP', true],
    ['DOWN', 'DOWN'],
    ['DOWN 1/2', 'DOWN', true],
    ['DOWN (agent)', 'DOWN'],
    ['NOLB', 'NOLB'],
    ['NOLB 2/3', 'NOLB', true],
    ['DRAIN', 'DRAIN'],
    ['DRAIN 1/3', 'DRAIN', true],
    ['DRAIN (agent)', 'DRAIN'],
    ['MAINT', 'MAINT'],
    ['MAINT (resolution)', 'MAINT'],
    ['MAINT (via web/s1)', 'MAINT'],
    ['MAINT (via web/a 1/2)', 'MAINT'],
    ['OPEN', 'OPEN'],
    ['FULL', 'FULL'],
    ['PAUSED', 'PAUSED'],
    ['STOP', 'STOP'],
    ['WAITING', 'WAITING'],
    ['UNHEARD OF', 'other'],
    ['* UP', 'other'],
    ['constructor', 'other'],
    ['', 'other'],
  ])('%s', (text, word, changing = false) => expect(parseStatus(text)).toMatchObject({ word, changing }))

  it('has a severity that goes from the harmless to the worst, and one for each word', () => {
    const texts = ['no check', 'UP', 'UP 1/3', 'OPEN', '?', 'WAITING', 'FULL', 'DRAIN', 'DRAIN 1/3', 'NOLB', 'NOLB 1/3']
    const severities = [...texts, 'PAUSED', 'MAINT', 'STOP', 'DOWN 1/2', 'DOWN'].map(
      (text) => parseStatus(text).severity,
    )
    expect(severities).toEqual([...severities].sort((one, other) => one - other))
    expect(new Set(statusWords.map((word) => parseStatus(word).severity)).size).toBe(statusWords.length)
  })

  it('knows any number of names', () => {
    for (let name = 0; name < 3000; name++) expect(parseStatus(`MAINT (via app/s${name})`).word).toBe('MAINT')
    expect(parseStatus('NOLB 7/9')).toMatchObject({ word: 'NOLB', changing: true })
  })
})
