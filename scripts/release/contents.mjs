// @ts-check

/** What the npm package has in it; every row is there, and nothing else is. */
const contents = [
  /^(package\.json|npm-shrinkwrap\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^docs\/[a-z-]+\.md$/,
  /^haproxystats\.conf$/,
  /^bin\/haproxystats-(pull|process)\.js$/,
  /^man\/haproxystats-(pull|process)\.1$/,
  /^man\/haproxystats\.conf\.5$/,
  /^completion\/(bash\/|zsh\/_)haproxystats-(pull|process)$/,
  /^systemd\/haproxystats-(pull|process)\.service$/,
  /^nagios\/check_haproxystats_\w+$/,
  /^node_modules\/@haproxystats\/(core|haproxy|page|pull|process)\/package\.json$/,
  /^node_modules\/@haproxystats\/(core|haproxy|pull|process)\/dist\/([a-z-]+\/)*[a-z-]+\.js$/,
  /^node_modules\/@haproxystats\/page\/(directory\.js|dist\/(index\.html|licences\.txt|assets\/index-[\w-]+\.(js|css)))$/,
]

/** What must be there by name: without one of them an installation has no program, or others than were tested. */
const needed = [
  'npm-shrinkwrap.json',
  ...['pull', 'process'].flatMap((name) => [
    `bin/haproxystats-${name}.js`,
    `node_modules/@haproxystats/${name}/dist/main.js`,
    `systemd/haproxystats-${name}.service`,
  ]),
  'node_modules/@haproxystats/process/dist/workers/worker.js',
  'node_modules/@haproxystats/process/dist/http/thread.js',
  'node_modules/@haproxystats/page/directory.js',
  'node_modules/@haproxystats/page/dist/index.html',
]

/** What is wrong with the list of packed files, a sentence each. @param {readonly string[]} paths */
export function contentProblems(paths) {
  return [
    ...paths
      .filter((path) => !contents.some((row) => row.test(path)))
      .map((path) => `${path}: is packed and should not be`),
    ...contents
      .filter((row) => !paths.some((path) => row.test(path)))
      .map((row) => `nothing is packed that fits ${row}`),
    ...needed.filter((path) => !paths.includes(path)).map((path) => `${path}: is not packed`),
  ]
}

/**
 * What is wrong with `npm-shrinkwrap.json`: npm has to install what was tested, byte for byte, from any registry.
 * @param {{ packages: Record<string, { version?: string, integrity?: string, inBundle?: boolean }> }} shrinkwrap
 * @param {readonly import('../package/modules.mjs').Module[]} modules
 */
export function shrinkwrapProblems(shrinkwrap, modules) {
  const { '': _own, ...packages } = shrinkwrap.packages
  const where = 'npm-shrinkwrap.json'
  const wanted = new Map(modules.map(({ place, version }) => [`node_modules/${place}`, version]))
  const others = Object.entries(packages).filter(([, { inBundle }]) => inBundle !== true)
  return [
    ...others
      .filter(([path, { version }]) => wanted.get(path) !== version)
      .map(([path, { version }]) => `${where}: ${path} ${version}: was tested as ${wanted.get(path) ?? 'nothing'}`),
    ...others
      .filter(([, { integrity }]) => integrity === undefined)
      .map(([path]) => `${where}: ${path} has no checksum`),
    ...[...wanted.keys()].filter((path) => !(path in packages)).map((path) => `${where}: ${path} is missing`),
    ...(/"resolved"|https?:/.test(JSON.stringify(shrinkwrap)) ? [`${where}: names a registry`] : []),
  ]
}
