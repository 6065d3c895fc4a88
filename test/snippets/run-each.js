// Runs the programs it is given, one after the other, in one process. What each prints follows a line with its path.

import { pathToFileURL } from 'node:url'
import './example-issuer.js'

for (const path of process.argv.slice(2)) {
  console.log(`# ${path}`)
  await import(pathToFileURL(path).href)
}

// Whatever came to its end has kept its promises; the open sockets of a demonstration need not keep the process.
process.exit()
