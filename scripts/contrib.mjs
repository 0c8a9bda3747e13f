// Writes what in contrib/ is printed from tables: `npm run contrib`. With --check it changes nothing,
// names what is stale, and then exits with 1.
// @ts-check
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ansible } from './contrib/ansible.mjs'
import { grafana } from './contrib/grafana.mjs'
import { puppet } from './contrib/puppet.mjs'

/** Files by their path from the root of the checkout: what should stand in them. @type {Record<string, string>} */
const wanted = { ...ansible(), ...grafana(), ...puppet() }

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const check = process.argv.includes('--check')
for (const [file, text] of Object.entries(wanted)) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  if (read(path) === text) continue
  if (!check) writeFileSync(path, text)
  console.log(check ? `stale: ${file}; refresh it with npm run contrib` : `refreshed: ${file}`)
  if (check) process.exitCode = 1
}
