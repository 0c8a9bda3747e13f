// @ts-check

/** What the npm package has in it; every row is there, and nothing else is. */
const contents = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^haproxystats\.conf$/,
  /^bin\/haproxystats-(pull|process)\.js$/,
  /^man\/haproxystats-(pull|process)\.1$/,
  /^man\/haproxystats\.conf\.5$/,
  /^completion\/(bash\/|zsh\/_)haproxystats-(pull|process)$/,
  /^systemd\/haproxystats-(pull|process)\.service$/,
  /^nagios\/check_haproxystats_\w+$/,
  /^node_modules\/@haproxystats\/(core|haproxy|pull|process)\/package\.json$/,
  /^node_modules\/@haproxystats\/(core|haproxy|pull|process)\/dist\/([a-z-]+\/)*[a-z-]+\.js$/,
]

/** What must be there by name: without one of them an installation has no program. */
const needed = [
  ...['pull', 'process'].flatMap((name) => [
    `bin/haproxystats-${name}.js`,
    `node_modules/@haproxystats/${name}/dist/main.js`,
    `systemd/haproxystats-${name}.service`,
  ]),
  'node_modules/@haproxystats/process/dist/workers/worker.js',
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
