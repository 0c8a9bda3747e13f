import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './support/temporary.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

function docs(checkout: string, ...commandArguments: string[]): Promise<{ code: number; out: string; errors: string }> {
  const script = join(checkout, 'scripts/docs.mjs')
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...commandArguments], (_error, out, errors) => {
      resolve({ code: child.exitCode ?? -1, out, errors })
    })
  })
}

/** The documents with printed parts, and the markers of these parts. */
const documents = {
  configuration: ['settings'],
  http: ['addresses'],
  metrics: ['metrics'],
  operating: ['exit codes', 'own metrics'],
  prometheus: ['prometheus'],
  reliability: ['faults'],
}

/** A checkout with nothing but what the documentation is made from. */
async function createCheckout(): Promise<string> {
  const checkout = await temporaryDirectory()
  for (const folder of ['scripts', 'contrib', 'docs']) await mkdir(join(checkout, folder))
  await cp(join(root, 'scripts/docs.mjs'), join(checkout, 'scripts/docs.mjs'))
  for (const folder of ['packages', 'test']) await symlink(join(root, folder), join(checkout, folder))
  for (const [name, markers] of Object.entries(documents)) {
    const parts = markers.map((marker) => `<!-- ${marker}: begin -->\nold\n<!-- ${marker}: end -->\n`)
    await writeFile(join(checkout, `docs/${name}.md`), `Before.\n${parts.join('Between.\n')}After.\n`)
  }
  return checkout
}

describe('the printed parts of the documentation', () => {
  it('are fresh; if not: npm run docs', async () => {
    expect(await docs(root, '--check')).toEqual({ code: 0, out: '', errors: '' })
  })

  it('are refreshed between their markers, and nothing else is', async () => {
    const checkout = await createCheckout()
    const content = () => readFile(join(checkout, 'docs/operating.md'), 'utf8')
    const before = await content()
    const stale = await docs(checkout, '--check')
    expect(stale.code).toBe(1)
    for (const [name, markers] of Object.entries(documents)) {
      for (const marker of markers)
        expect(stale.out).toContain(`stale: docs/${name}.md (${marker}); refresh it with npm run docs`)
    }
    expect(await content()).toBe(before)

    const written = await docs(checkout)
    expect(written.out).toBe(
      stale.out.replaceAll('stale: ', 'refreshed: ').replaceAll('; refresh it with npm run docs', ''),
    )
    expect(await content()).toMatch(
      /^Before\.\n<!-- exit codes: begin -->\n\n\| code \|[\s\S]*\|\n\n<!-- exit codes: end -->\nBetween\.\n/,
    )
    expect(await content()).toMatch(/\|\n\n<!-- own metrics: end -->\nAfter\.\n$/)
    expect(await content()).not.toMatch(/^old$/m)
    expect(await docs(checkout, '--check')).toEqual({ code: 0, out: '', errors: '' })
  })

  it('need their markers', async () => {
    const checkout = await createCheckout()
    await writeFile(join(checkout, 'docs/configuration.md'), 'Nothing.\n')
    const { code, errors } = await docs(checkout, '--check')
    expect(code).toBe(1)
    expect(errors).toBe(
      'docs/configuration.md: expected the lines <!-- settings: begin --> and <!-- settings: end -->, in this order\n',
    )
  })
})
