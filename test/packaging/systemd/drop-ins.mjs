// @ts-check
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const document = fileURLToPath(new URL('../../../docs/systemd.md', import.meta.url))

/** The drop-ins that docs/systemd.md shows: the first line of each block is a comment with the name of its file. */
export function readDropIns() {
  const blocks = readFileSync(document, 'utf8').matchAll(/^```ini\n# (\S+\.conf)\n(.*?)^```$/gms)
  return [...blocks].map(([, name = '', text = '']) => ({ name, text }))
}
