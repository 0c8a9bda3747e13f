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

/** A checkout with nothing but what the documentation is made from. */
async function checkoutWith(readme: string): Promise<string> {
  const checkout = await temporaryDirectory()
  await mkdir(join(checkout, 'scripts'))
  await mkdir(join(checkout, 'contrib'))
  await cp(join(root, 'scripts/docs.mjs'), join(checkout, 'scripts/docs.mjs'))
  await symlink(join(root, 'packages'), join(checkout, 'packages'))
  await writeFile(join(checkout, 'README.md'), readme)
  await mkdir(join(checkout, 'docs'))
  for (const marker of ['metrics', 'prometheus']) {
    const text = `<!-- ${marker}: begin -->\n<!-- ${marker}: end -->\n`
    await writeFile(join(checkout, `docs/${marker}.md`), text)
  }
  return checkout
}

const readme = [
  'Before.',
  '<!-- settings: begin -->',
  'old',
  '<!-- settings: end -->',
  'Between.',
  '<!-- exit codes: begin -->',
  '<!-- exit codes: end -->',
  '<!-- own metrics: begin -->',
  '<!-- own metrics: end -->',
  '<!-- addresses: begin -->',
  '<!-- addresses: end -->',
  'After.',
  '',
].join('\n')

const packaged = [
  'packaging/man/haproxystats.conf.5',
  ...['pull', 'process'].flatMap((name) => [
    `packaging/man/haproxystats-${name}.1`,
    `packaging/completion/bash/haproxystats-${name}`,
    `packaging/completion/zsh/_haproxystats-${name}`,
  ]),
]

describe('the printed parts of the documentation', () => {
  it('are fresh; if not: npm run docs', async () => {
    expect(await docs(root, '--check')).toEqual({ code: 0, out: '', errors: '' })
  })

  it('are refreshed between their markers, and nothing else is', async () => {
    const checkout = await checkoutWith(readme)
    const names = [
      'contrib/haproxystats.conf',
      'README.md (settings)',
      'README.md (exit codes)',
      'README.md (own metrics)',
      'docs/metrics.md (metrics)',
      'docs/prometheus.md (prometheus)',
      'README.md (addresses)',
      ...packaged,
    ]
    const stale = await docs(checkout, '--check')
    expect(stale.code).toBe(1)
    expect(stale.out).toBe(names.map((name) => `stale: ${name}; refresh it with npm run docs\n`).join(''))
    expect(await readFile(join(checkout, 'README.md'), 'utf8')).toBe(readme)

    const written = await docs(checkout)
    expect(written).toEqual({ code: 0, out: names.map((name) => `refreshed: ${name}\n`).join(''), errors: '' })
    const content = await readFile(join(checkout, 'README.md'), 'utf8')
    expect(content).toMatch(/^Before\.\n<!-- settings: begin -->\n\n### \[DEFAULT\]\n/)
    expect(content).toMatch(/\|\n\n<!-- settings: end -->\nBetween\.\n<!-- exit codes: begin -->\n\n\| code \|/)
    expect(content).toMatch(/\|\n\n<!-- exit codes: end -->\n<!-- own metrics: begin -->\n\n\| metric/)
    expect(content).toMatch(/\|\n\n<!-- own metrics: end -->\n<!-- addresses: begin -->\n\n\| Address/)
    expect(content).toMatch(/\|\n\n<!-- addresses: end -->\nAfter\.\n$/)
    expect(content).not.toMatch(/^old$/m)

    expect(await docs(checkout, '--check')).toEqual({ code: 0, out: '', errors: '' })
    expect(await docs(checkout)).toEqual({ code: 0, out: '', errors: '' })
  })

  it('need their markers', async () => {
    const checkout = await checkoutWith('Nothing.\n')
    const { code, errors } = await docs(checkout, '--check')
    expect(code).toBe(1)
    expect(errors).toBe(
      'README.md: expected the lines <!-- settings: begin --> and <!-- settings: end -->, in this order\n',
    )
  })
})
