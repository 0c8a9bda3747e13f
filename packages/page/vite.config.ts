import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const require = createRequire(import.meta.url)

/** Packages that are part of the page; their licences require that their text is included. */
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
  // A proxy may serve the page at any path.
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [licences()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    // The server's content security policy allows only files of its own.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
})
