import { useEffect, useState } from 'preact/hooks'

/** `auto` follows the system. */
export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const system = matchMedia('(prefers-color-scheme: dark)')

/** Browsers can deny storage; then the choice lasts as long as the page. */
function stored(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem('theme')) ?? 'auto'
  } catch {
    return 'auto'
  }
}

let chosen = stored()
system.addEventListener('change', () => applyTheme())

/** Sets `data-theme` of the document, by which the style sheet chooses its colours. */
export function applyTheme(theme: Theme = chosen): void {
  chosen = theme
  const isDark = theme === 'dark' || (theme === 'auto' && system.matches)
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
  window.dispatchEvent(new Event('themechange'))
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosen)
  useEffect(() => {
    applyTheme(theme)
    try {
      localStorage.setItem('theme', theme)
    } catch {
      // See `stored`.
    }
  }, [theme])
  return [theme, setTheme]
}

/** Counts changes of the theme, by the switch or by the system, for parts that must be painted again. */
export function useColours(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const change = () => setChanges((number) => number + 1)
    window.addEventListener('themechange', change)
    return () => window.removeEventListener('themechange', change)
  }, [])
  return changes
}
