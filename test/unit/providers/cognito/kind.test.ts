import t from 'tap'

import { createCognitoDialect } from '../../../../lib/providers/cognito/cognito-dialect.js'

const { toKind } = createCognitoDialect({ clientIds: null, readsClient: true })
const machine = { sub: 'app', client_id: 'app', token_use: 'access', auth_time: 1, scope: 'reports/read' }

t.test('a machine is shown by its own client id, and by no sign of a person', async t => {
  t.equal(toKind(machine, 'app'), 'machine')
  t.equal(toKind({ ...machine, scope: undefined }, 'app'), 'machine', 'with or without scopes')
  for (const claim of ['cognito:username', 'username', 'email', 'name', 'given_name', 'family_name']) {
    t.not(toKind({ ...machine, [claim]: 'alice' }, 'app'), 'machine', claim)
    t.equal(toKind({ ...machine, [claim]: '' }, 'app'), 'unknown', `${claim}, though empty`)
  }
  for (const use of ['id', undefined, 'other']) t.equal(toKind({ ...machine, token_use: use }, 'app'), 'unknown', String(use))
  t.equal(toKind({ ...machine, sub: 'other' }, 'app'), 'unknown', 'somebody else with the client')
  t.equal(toKind({ ...machine, client_id: undefined }, null), 'unknown')
  t.equal(toKind({ token_use: 'access' }, null), 'unknown', 'two absent claims are not equal')
})

t.test('a person is shown by a username', async t => {
  for (const claims of [{ username: 'alice' }, { 'cognito:username': 'alice' }]) {
    for (const use of ['access', 'id']) t.equal(toKind({ sub: 's', client_id: 'app', token_use: use, ...claims }, 'app'), 'human')
  }
  for (const username of ['', ' ', 7, null, ['alice']]) t.equal(toKind({ sub: 's', client_id: 'app', token_use: 'access', username }, 'app'), 'unknown')
  t.equal(toKind({ sub: 's', token_use: 'id', email: 'a@b.example', given_name: 'Al' }, null), 'unknown', 'an address is no username')
})
