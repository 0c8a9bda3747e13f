import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfiguration } from '../../../../test/support/configuration.ts'
import { renderDiagnostic } from '../configuration/diagnostic.ts'
import { configurationPermissions, openToAll } from './permissions.ts'

let base: string
let path: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'permissions-'))
  path = join(base, 'file')
  writeFileSync(path, '')
})

afterEach(() => rmSync(base, { recursive: true, force: true }))

it.each([
  [0o640, true, undefined],
  [0o644, false, undefined],
  [0o644, true, 'may be read by everybody (mode 0644); chmod o-rwx'],
  [0o642, true, 'may be written by everybody (mode 0642); chmod o-rwx'],
  [0o666, true, 'may be read and written by everybody (mode 0666); chmod o-rwx'],
  [0o666, false, 'may be written by everybody (mode 0666); chmod o-w'],
])('looks at mode %o, secret %s', (mode, secret, expected) => {
  chmodSync(path, mode)
  const open = openToAll(path, { secret })
  expect(open && renderDiagnostic(open)).toBe(expected && `${expected} ${path}`)
})

it('says nothing of a file that is not there', () => {
  expect(openToAll(join(base, 'missing'), { secret: true })).toBeUndefined()
})

it('warns of a configuration that everybody may write, and of one with a password that everybody may read', () => {
  const other = join(base, 'other')
  writeFileSync(other, '')
  const warnings = (text: string) => {
    const reading = readConfiguration([
      { file: path, text },
      { file: other, text: '' },
    ])
    return configurationPermissions(reading).map(renderDiagnostic)
  }
  const plain = '[pull]\nservers = http://127.0.0.1:8404/stats\n'
  const withPassword = plain.replace('127', 'me:swordfish@127')
  chmodSync(path, 0o644)
  chmodSync(other, 0o644)
  expect(warnings(plain)).toEqual([])
  expect(warnings(withPassword)).toEqual([`${path}: may be read by everybody (mode 0644); chmod o-rwx ${path}`])
  chmodSync(path, 0o640)
  expect(warnings(withPassword)).toEqual([])
  chmodSync(other, 0o666)
  expect(warnings(plain)).toEqual([`${other}: may be written by everybody (mode 0666); chmod o-w ${other}`])
})
