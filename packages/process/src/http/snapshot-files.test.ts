import { mkdtempSync, readSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SnapshotFiles } from './snapshot-files.ts'

const textOf = (descriptor: number | undefined) => {
  const bytes = Buffer.alloc(100)
  return descriptor === undefined ? undefined : bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, 100, 0))
}

it('reads answers of a snapshot that has left the queue, also while it is closed, and follows no link', async () => {
  const path = mkdtempSync(join(tmpdir(), 'hs-files-'))
  writeFileSync(join(path, 'lb1_stat'), 'one')
  writeFileSync(join(path, 'lb1_info'), 'info')
  symlinkSync('lb1_stat', join(path, 'lb2_stat'))
  const files = new SnapshotFiles(path)
  rmSync(path, { recursive: true })
  const texts = await files.read(['lb1', 'lb2', 'lb3'], async (descriptors) => {
    files.close()
    return descriptors.map(textOf)
  })
  expect(texts).toEqual(['one', undefined, undefined])
  expect(await files.read(['lb1'], async (descriptors) => descriptors)).toEqual([undefined])
})

it('has none of a snapshot that is not there', async () => {
  const files = new SnapshotFiles('/nowhere')
  expect(await files.read(['lb1'], async (descriptors) => descriptors)).toEqual([undefined])
})
