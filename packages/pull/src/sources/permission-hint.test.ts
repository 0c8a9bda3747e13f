import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { permissionHint } from './permission-hint.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'permission-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

test('names the mode, and how to give access to a group that has no access', async () => {
  await chmod(directory, 0o700)
  expect(permissionHint(directory)).toMatch(
    /^it belongs to the group \S+, mode 0700; give access to a group .*chmod g\+rx/,
  )
})

test('speaks of the path alone when that is not there', () => {
  expect(permissionHint(join(directory, 'none'))).toContain(`access to ${directory}/none`)
})
