import { useEffect, useState } from 'preact/hooks'

/** `auto` is what the system prefers. */
export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** Storage can be forbidden; then the choice lasts as long as the page. */
function remembered(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem('theme')) ?? 'auto'
  } catch {
    return 'auto'
  }
}

export function applyTheme(theme: Theme = remembered()): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(remembered)
  useEffect(() => {
    applyTheme(theme)
    window.dispatchEvent(new Event('themechange'))
    try {
      localStorage.setItem('theme', theme)
    } catch {
      // Nothing to do: see `remembered`.
    }
  }, [theme])
  return [theme, setTheme]
}

/** Counts changes of colour, by the switch or by the system: for what has to be painted anew then. */
export function useColours(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const change = () => setChanges((number) => number + 1)
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', change)
    window.addEventListener('themechange', change)
    return () => {
      system.removeEventListener('change', change)
      window.removeEventListener('themechange', change)
    }
  }, [])
  return changes
}
