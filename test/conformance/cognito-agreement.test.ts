import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

import { cognito } from '../../lib/providers/cognito/index.js'
import { findSection, readTable } from '../docs/markdown.js'
import { mutateClaims, mutateHeader, mutateMeaning, mutateSignature } from '../fixtures/cognito-mutations.js'
import { createPoolKey, startPool } from '../fixtures/cognito-pool.js'
import { openApp } from '../fixtures/open-app.js'

import type { CognitoPool } from '../fixtures/cognito-pool.js'
import type { NamedToken, PoolUse } from '../fixtures/cognito-mutations.js'

type Stricter = 'ours' | 'theirs'

/** Where the two disagree: what docs/cognito.md calls it, who refuses, and which tokens it is about. */
const kDifferences: ReadonlyArray<readonly [what: string, stricter: Stricter, about: RegExp]> = [
  ['no `exp`, or one after the year 9999', 'ours', /^\w+: exp (absent|is 1000000000000000 s)/],
  ['`iat` in the future', 'ours', /^\w+: iat is (8|3600) s from now/],
  ['no `sub`, an empty one, or one of more than 255 characters', 'ours', /^\w+: sub (absent|""|is "aaaa… of 256)/],
  ['`aud` in an access token, and it is not ours', 'ours', /^access: aud /],
  ['`client_id` in an ID token, and it is no text', 'ours', /^id: client_id /],
  ['`cognito:groups` that is no list of texts', 'ours', /^\w+: cognito:groups /],
  ['`scope` with what no scope may have', 'ours', /^\w+: scope is "a\\tb"/],
  ['`nonce`, `at_hash`, `c_hash` or `events` in an access token', 'ours', /^access: (nonce|at_hash|c_hash|events) /],
  ['`cnf`', 'ours', /^\w+: cnf /],
  ['`typ` that says another kind of token, or is no text', 'ours', /^\w+: (typ |header \{"typ")/],
  ['`crit`, `b64`, `zip`, `enc`, or `cty` for a nested token, in the header', 'ours', /^\w+: header \{"(crit|b64|zip|enc|cty)"/],
  ['a second spelling of one signature', 'ours', /^\w+: signed with (padding|a bit of its last)/],
  ['more than 16,384 characters', 'ours', /^\w+: name is "aaaa… of 12000/],
  ['`scope` that is a list', 'theirs', /^\w+: scope (\[|is \[)/],
  ['`aud` of an ID token that is a list with ours in it', 'theirs', /^id: aud is \[/]
]

const guide = findSection(readFileSync(fileURLToPath(new URL('../../docs/cognito.md', import.meta.url)), 'utf8'), 'Beside aws-jwt-verify')

async function judge (t: Parameters<typeof openApp>[0], pool: CognitoPool, use: PoolUse, tokens: readonly NamedToken[]) {
  const app = await openApp(t, { jwtProvider: cognito(pool.options({ tokenUse: use })) }, app => app.get('/in', async () => 'in'))
  const theirs = CognitoJwtVerifier.create({ userPoolId: pool.userPoolId, clientId: pool.clientId, tokenUse: use, graceSeconds: 5 })
  theirs.cacheJwks(pool.jwks as Parameters<typeof theirs.cacheJwks>[0])
  return await Promise.all(tokens.map(async function judgeOne ({ name, token }) {
    const { statusCode } = await app.inject({ url: '/in', headers: { authorization: `Bearer ${token}` } })
    return { name, statusCode, isOurs: statusCode === 200, isTheirs: accepts(() => theirs.verifySync(token)) }
  }))
}

function accepts (verify: () => unknown): boolean {
  try {
    verify()
    return true
  } catch {
    return false
  }
}

t.test('aws-jwt-verify and cognito judge alike, but for what the guide explains', async t => {
  const pool = await startPool(t)
  const foreign = createPoolKey('foreign')
  const seen = new Set<string>()
  const verdicts = (await Promise.all((['access', 'id'] as const).map(async function judgeUse (use) {
    const [other] = (['access', 'id'] as const).filter(candidate => candidate !== use) as [PoolUse]
    const tokens = [
      ...mutateClaims(pool, use), ...mutateMeaning(pool, use), ...mutateHeader(pool, use), ...mutateSignature(pool, use, foreign),
      { name: `${use}: of the other use`, token: pool[other]() }
    ]
    return await judge(t, pool, use, tokens)
  }))).flat()

  for (const { name, statusCode, isOurs, isTheirs } of verdicts) {
    t.ok(statusCode === 200 || statusCode === 401, `${name}: ${statusCode}`)
    if (isOurs !== isTheirs) {
      const found = kDifferences.find(([, stricter, about]) => stricter === (isOurs ? 'theirs' : 'ours') && about.test(name))
      t.ok(found, `${name}: ours says ${isOurs ? 'yes' : 'no'}, theirs ${isTheirs ? 'yes' : 'no'}`)
      seen.add(found?.[0] ?? '')
    }
  }
  t.strictSame(kDifferences.map(([what]) => what).filter(what => !seen.has(what)), [], 'every difference is one')
  t.ok(verdicts.length >= 500, `${verdicts.length} tokens`)
  t.ok(verdicts.filter(({ isOurs, isTheirs }) => isOurs && isTheirs).length >= 100, 'many of them good')
  t.ok(verdicts.filter(({ isOurs, isTheirs }) => !isOurs && !isTheirs).length >= 100, 'and many bad')
})

t.test('the guide explains each difference', t => {
  const rows = readTable(guide)
  const explained = rows.map(([what = '', stricter]) => [what.replaceAll('`', ''), stricter])
  t.strictSame(explained, kDifferences.map(([what, stricter]) => [what.replaceAll('`', ''), stricter === 'ours' ? 'cognito' : 'aws-jwt-verify']))
  t.ok(rows.every(([, , reason = '']) => reason.length > 10))
  t.end()
})
