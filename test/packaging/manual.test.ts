import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { optionTable } from '../support/configuration.ts'

const packaging = new URL('../../packaging/', import.meta.url)
const path = (name: string) => fileURLToPath(new URL(name, packaging))
const pages = readdirSync(new URL('man/', packaging))
const programs = ['haproxystats-process', 'haproxystats-pull']

function run(command: string, args: readonly string[], input?: string) {
  const { stdout, stderr, status, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 25_000, input })
  expect(error).toBeUndefined()
  return { out: stdout, errors: stderr, status }
}

/** A page as a reader sees it, without the line breaks. */
function shown(page: string): string {
  const { out } = run('mandoc', ['-T', 'ascii', '-O', 'width=1000', path(`man/${page}`)])
  return out.replace(/.\u0008/g, '').replace(/\s+/g, ' ')
}

describe('the manual pages', () => {
  it('are one for each program and one for the configuration', () => {
    expect(pages.sort()).toEqual([...programs.map((name) => `${name}.1`), 'haproxystats.conf.5'])
  })

  it.each(pages)('%s pleases mandoc', (page) => {
    expect(run('mandoc', ['-T', 'lint', path(`man/${page}`)])).toEqual({ out: '', errors: '', status: 0 })
    const mistaken = readFileSync(path(`man/${page}`), 'utf8').replace('.SH NAME', '.SX NAME')
    expect(run('mandoc', ['-T', 'lint'], mistaken).status).not.toBe(0)
  })

  it('tell of every option of the configuration', () => {
    const text = shown('haproxystats.conf.5')
    for (const [section, row] of Object.entries(optionTable.sections)) {
      expect(text).toContain(`[${section}]`)
      for (const [name, { default: value, summary }] of Object.entries(row.options)) {
        expect(text).toContain(value === undefined ? `${name} ` : `${name} = ${value} `)
        expect(text).toContain(summary.replaceAll('…', '...'))
      }
    }
  })

  it.each(programs)('of %s tells of every option of the command line', (program) => {
    const folder = program.replace('haproxystats-', '')
    const bin = fileURLToPath(new URL(`../../packages/${folder}/bin/${program}.js`, import.meta.url))
    const help = run(process.execPath, [bin, '--help']).out
    const names = [...new Set(help.match(/--[a-z-]+/g))]
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) expect(shown(`${program}.1`)).toContain(name)
  })
})

/** What bash offers for the last word, after the word before it. */
function offered(program: string, before: string, word: string): string[] {
  const script = `source "$1"; compopt() { :; }; "_\${2//-/_}" "$2" "$4" "$3"; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { out, errors } = run('bash', ['-c', script, 'bash', path(`completion/bash/${program}`), program, before, word])
  expect(errors).toBe('')
  return out.trim().split('\n')
}

describe.each(programs)('completion for %s', (program) => {
  it('offers options and files in bash', () => {
    expect(offered(program, program, '--print')).toEqual(['--print', '--print-conf'])
    expect(offered(program, program, '--ch')).toEqual(['--check'])
    expect(offered(program, '-f', '/etc/pass')).toContain('/etc/passwd')
    if (program === 'haproxystats-process') expect(offered(program, '-d', '/et')).toEqual(['/etc'])
    else expect(offered(program, program, '--d')).toEqual([''])
  })

  it('is sound in zsh, and offers the same', () => {
    const file = path(`completion/zsh/_${program}`)
    expect(run('zsh', ['-n', file])).toEqual({ out: '', errors: '', status: 0 })
    const script = `_arguments() { printf '%s\\n' "$@" }; source ${file}`
    const { out } = run('zsh', ['-f', '-c', script])
    const lines = out.trim().split('\n').slice(1)
    const names = lines.map((line) => /^(?:\(.*?\))?(--?[\w-]+)\[/.exec(line)?.[1])
    const words = readFileSync(path(`completion/bash/${program}`), 'utf8').match(/-W '(.*)'/)![1]
    expect(names.sort()).toEqual(words!.split(' ').sort())
  })
})
