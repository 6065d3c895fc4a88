import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'

import { createIdentity } from '../fixtures/create-identity.js'
import { mariadb } from '../fixtures/databases/mariadb.js'
import { postgres } from '../fixtures/databases/postgres.js'
import { createContext } from '../fixtures/provider-context.js'
import { sqlRoles } from '../../lib/sources/sql/index.js'

const MACHINE = fileURLToPath(new URL('../fixtures/databases/migrating-process.ts', import.meta.url))

for (const kind of [postgres, mariadb]) {
  t.test(`${kind.name}: of machines that migrate at once one does it, the others wait for it, and all of them go on`, { skip: kind.skip }, async t => {
    const { db, url } = await kind.open(t)
    const machines = Array.from({ length: 3 }, () => fork(MACHINE, [url as string], { execArgv: process.execArgv }))
    t.teardown(() => machines.map(machine => machine.kill()))
    t.strictSame((await Promise.all(machines.map(async machine => await once(machine, 'message')))).map(([said]) => said), ['ready', 'ready', 'ready'])

    const [said, exits] = [machines.map(async machine => await once(machine, 'message')), machines.map(async machine => await once(machine, 'exit'))]
    for (const machine of machines) machine.send('start')
    const answers = (await Promise.all(said)).map(([answer]) => answer as { readonly steps?: readonly string[], readonly error?: string })
    t.strictSame(answers.map(({ error }) => error), [undefined, undefined, undefined])
    t.strictSame(answers.flatMap(({ steps }) => steps), ['2026-11-first-tables'])
    t.strictSame((await Promise.all(exits)).map(([exitCode]) => exitCode), [0, 0, 0])

    await db.insertInto('gatekeeper_user_roles').values({ issuer: 'https://issuer.example', subject: 'alice', name: 'editor' }).execute()
    t.strictSame(await sqlRoles({ db }).fetchRoles(createIdentity(), createContext()), ['editor'])
    t.equal((await db.selectFrom('gatekeeper_migrations').selectAll().execute()).length, 1)
  })
}
