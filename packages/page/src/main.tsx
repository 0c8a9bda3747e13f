import 'uplot/dist/uPlot.min.css'
import './style/colours.css'
import './style/base.css'
import './style/top.css'
import './style/grid.css'
import './style/panel.css'
import './style/narrow.css'
import { render } from 'preact'
import { applyTheme } from './hooks/use-theme.ts'
import { Live } from './live/live.ts'
import { App } from './parts/app.tsx'

applyTheme()
const live = new Live()
live.start()
render(<App live={live} />, document.getElementById('page')!)
