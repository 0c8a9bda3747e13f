import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const require = createRequire(import.meta.url)

/** What goes into the page besides our own code; their licences ask for their text to go along. */
const parts = ['preact', 'uplot']

/** Writes `licences.txt`, which the server serves like every other file. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      const texts = parts.map((name) => {
        const folder = folderOf(name)
        const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`
      })
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join('\n\n') })
    },
  }
}

function folderOf(name: string): string {
  const entry = require.resolve(name).split(`/node_modules/${name}/`)
  return `${entry[0]}/node_modules/${name}`
}

export default defineConfig({
  root: dirname(fileURLToPath(import.meta.url)),
  // Behind a proxy the page may be at any path.
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [licences()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    // The policy of the server lets nothing run or load that is not a file of its own.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
})
