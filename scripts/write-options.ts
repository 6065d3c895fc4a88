// Writes docs/options.md: node --import @tapjs/typescript/import scripts/write-options.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { toOptionsPage } from './to-options-page.js'

const root = fileURLToPath(new URL('..', import.meta.url))
writeFileSync(join(root, 'docs/options.md'), toOptionsPage(root))
