import t from 'tap'

import { toLogLevel } from '../../../lib/util/to-log-level.js'

t.test('levels are those of pino, and those of Python, in any case', async t => {
  const levels = {
    fatal: 'fatal', CRITICAL: 'fatal', error: 'error', ERROR: 'error', warn: 'warn', WARNING: 'warn', Info: 'info', debug: 'debug', trace: 'trace', NOTSET: 'trace', silent: 'silent', ' info\n': 'info'
  }
  for (const [text, level] of Object.entries(levels)) t.equal(toLogLevel(text), level, text)
})

t.test('any other text is none', async t => {
  for (const text of ['', 'loud', '30', 'infos', 'in fo', '__proto__', 'constructor', 'toString']) t.equal(toLogLevel(text), null, text)
})
