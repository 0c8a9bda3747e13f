import { expect, it } from 'vitest'
import { parseManifest, renderManifest, sealOf } from './manifest.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))

it('is read back as it was written', () => {
  const manifest = { files: { 'lb1.sock_stat': sealOf(bytes('a')), __proto__x: sealOf(bytes('')) } }
  expect(parseManifest(bytes(renderManifest(manifest)))).toEqual(manifest)
})

it('may say what came of the pull', () => {
  const answered = {
    name: 'a',
    source: 'unix:///a',
    result: 'answered',
    seconds: 0.1,
    bytes: 9,
    retries: 0,
    pid: 7,
  } as const
  const failed = { ...answered, result: 'failed', code: 'SOURCE_TIMEOUT', error: 'too slow' } as const
  const manifest = { files: {}, pull: { seconds: 0.2, complete: false, sources: [answered, failed] } }
  expect(parseManifest(bytes(renderManifest(manifest)))).toEqual(manifest)
})

it('seals bytes the same in whatever pieces they come', () => {
  const whole = sealOf(bytes('# pxname,svname,\n'))
  expect(sealOf(bytes('svname,\n'), sealOf(bytes('# pxname,')))).toEqual(whole)
  expect(whole.bytes).toBe(17)
  expect(sealOf(bytes('# pxname,svnamf,\n')).crc32).not.toBe(whole.crc32)
})

it('is nothing else', () => {
  for (const text of [
    '',
    '{',
    '[]',
    'null',
    '{"files":1}',
    '{"files":{"a":{}}}',
    '{"files":{"a":null}}',
    '{"files":{},"pull":1}',
    '{"files":{},"pull":{"seconds":1,"complete":true,"sources":[null]}}',
  ]) {
    expect(parseManifest(bytes(text)), text).toBe(undefined)
  }
})
