// @ts-check
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../contrib/nagios/', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/** The checks. What all have stands in nagios-parts/ once, and in each of them again: operators copy single files. */
export function checks() {
  const names = readdirSync(folder).filter((name) => name.startsWith('check_'))
  return Object.fromEntries(names.map((name) => [`contrib/nagios/${name}`, withParts(name)]))
}

/** @param {string} name */
function withParts(name) {
  const text = readFileSync(new URL(name, folder), 'utf8').replace(/^version=.*$/m, `version=${version}`)
  return text.replace(/^# part (\w+): begin\n[\s\S]*?^# part \1: end$/gm, (_, part) => {
    const content = readFileSync(new URL(`nagios-parts/${part}.sh`, import.meta.url), 'utf8')
    return `# part ${part}: begin\n${content}# part ${part}: end`
  })
}
