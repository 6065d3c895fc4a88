import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

import { toOptionsPage } from '../scripts/to-options-page.js'

const root = fileURLToPath(new URL('..', import.meta.url))

t.test('the options reference is what schemas and doc blocks say', async t => {
  t.equal(readFileSync(join(root, 'docs/options.md'), 'utf8'), toOptionsPage(root), 'else run scripts/write-options.ts')
})
