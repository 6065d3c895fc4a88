import { createRequire } from 'node:module'

import type { stringify } from 'yaml'
import type { Document } from './operations.js'

const require = createRequire(import.meta.url)

/** A document as YAML. The package that writes it is loaded when somebody asks. */
export function toYaml (document: Document): string {
  const yaml = require('yaml') as { readonly stringify: typeof stringify }
  return yaml.stringify(document, { strict: false, aliasDuplicateObjects: false })
}
