import { routes } from './routes/index.ts'

/** What can be asked for, as a table in Markdown. */
export function renderRoutes(): string {
  const served = [
    ...routes,
    { path: '/', summary: 'The page.' },
    { path: '/api/v1/events', summary: 'Server-sent events: `snapshot`, with its timestamp, for every new one.' },
  ]
  const rows = served.map(({ path, summary }) => `| \`GET ${path}\` | ${summary} |`)
  return ['| Address | Answer |', '|---|---|', ...rows].join('\n')
}
