import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

import { refuseProduction } from '../../../lib/testing/refuse-production.js'

const kDoor = new URL('../../../lib/testing/index.ts', import.meta.url).href

async function importIn (environment: string): Promise<string> {
  const script = `await import(${JSON.stringify(kDoor)}).then(() => console.log('loaded'), error => console.log(error.message))`
  const env = { ...process.env, NODE_ENV: environment }
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, '--input-type=module', '--eval', script], { env })
  return stdout.trim()
}

t.test('loads everywhere but in production', async t => {
  for (const environment of [undefined, '', 'test', 'development', 'staging']) {
    t.doesNotThrow(() => refuseProduction(environment), String(environment))
  }
  t.throws(() => refuseProduction('production'), /NODE_ENV is production/)
})

t.test('the door is shut in production and open elsewhere', async t => {
  t.match(await importIn('production'), /does not load while NODE_ENV is production/)
  t.equal(await importIn('test'), 'loaded')
})
