import { createHash } from 'node:crypto'

import { basicHeader } from '../../fixtures/basic-header.js'
import { ARGON2_RECORD, fakeArgon2, RIGHT_PASSWORD } from '../../fixtures/fake-argon2.js'
import { openApp } from '../../fixtures/open-app.js'
import { basic } from '../../../lib/providers/basic/index.js'

import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { BasicOptions } from '../../../lib/providers/basic/index.js'

async function openBasic (t: Test, options: Options, passwordHash = ARGON2_RECORD): Promise<FastifyInstance> {
  const repository = { findByUsername: async (username: string) => ({ id: username, passwordHash }) }
  return await openApp(t, { authenticators: [basic(repository, options as BasicOptions)], failureLimit: null }, function declare (app) {
    app.get('/', async ({ user }) => ({
      authenticator: user?.authenticator, groups: await user?.groups(), roles: await user?.roles(), permissions: await user?.permissions(), profile: await user?.profile()
    }))
  })
}

/** Shows what somebody is asked for who sends nothing. */
function askFor (at: (challenge: string) => unknown): Row['observe'] {
  return async function observe (options, t) {
    const app = await openBasic(t, options)
    return at(String((await app.inject('/')).headers['www-authenticate']))
  }
}

/** Shows what becomes of the right password. */
function signIn (at: (response: LightMyRequestResponse) => unknown, passwordHash?: string): Row['observe'] {
  return async function observe (options, t) {
    fakeArgon2(t)
    const app = await openBasic(t, options, passwordHash)
    return at(await app.inject({ url: '/', headers: basicHeader('alice', RIGHT_PASSWORD) }))
  }
}

function member (name: string): Row['observe'] {
  return signIn(response => response.json()[name])
}

async function countAtOnce (options: Options, t: Test): Promise<number> {
  const argon2 = fakeArgon2(t)
  const app = await openBasic(t, options)
  await Promise.all(['one', 'two', 'three', 'four'].map(password => app.inject({ url: '/', headers: basicHeader('alice', password) })))
  return argon2.most
}

const unsalted = createHash('sha256').update(RIGHT_PASSWORD).digest('hex')

export const basicRows: readonly Row[] = [
  { option: 'realm', observe: askFor(challenge => /realm="([^"]*)"/.exec(challenge)?.[1]), value: 'books', without: 'api', with: 'books' },
  { option: 'name', observe: member('authenticator'), value: 'password', without: 'basicAuth', with: 'password' },
  { option: 'challenge', observe: askFor(challenge => challenge.split(' ')[0]), value: false, without: 'Basic', with: 'xBasic' },
  { option: 'unsaltedSha256', observe: signIn(({ statusCode }) => statusCode, unsalted), value: 'legacy', without: 503, with: 200 },
  { option: 'maxHashes', observe: countAtOnce, value: 1, without: 2, with: 1 },
  { option: 'groupsProvider', observe: member('groups'), value: { fetchGroups: () => ['staff'] }, without: [], with: ['staff'] },
  { option: 'rolesProvider', observe: member('roles'), value: { fetchRoles: () => ['editor'] }, without: [], with: ['editor'] },
  { option: 'permissionsProvider', observe: member('permissions'), value: { fetchPermissions: () => ['book.read'] }, without: [], with: ['book.read'] },
  { option: 'profileProvider', observe: member('profile'), value: { fetchProfile: () => ({ desk: 4 }) }, without: {}, with: { desk: 4 } }
]
