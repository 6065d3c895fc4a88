import t from 'tap'

import { createContext } from '../fixtures/provider-context.js'
import { isNames } from '../../lib/util/is-names.js'

import type { EntitlementName, Identity, Names, ProviderContext } from '../../lib/index.js'

type Fetch = (identity: Identity, context: ProviderContext) => Names

/** A provider of groups, roles or permissions, by its one method. */
export interface NamesProviderSubject {
  readonly kind: EntitlementName
  readonly fetch: Fetch
  /** Somebody who has names, and the names he has. */
  readonly known: readonly [Identity, readonly string[]]
  /** Somebody who has none. */
  readonly unknown: Identity
}

/** What every provider of names has to do, whoever wrote it. */
export function proveNamesProvider (name: string, { kind, fetch, known: [identity, names], unknown }: NamesProviderSubject): void {
  t.test(`${name} gives the ${kind} of whom it knows`, async t => {
    const answer = await fetch(identity, createContext())
    t.ok(isNames(answer), 'a list of texts')
    t.same([...answer].sort(), [...names].sort())
    t.same(await fetch(identity, createContext()), answer, 'the same every time')
  })

  t.test(`${name} gives an empty list for whom it does not know`, async t => {
    t.strictSame(await fetch(unknown, createContext()), [])
  })

  t.test(`${name} tells namesakes of two issuers apart`, async t => {
    t.strictSame(await fetch({ ...identity, issuer: `${identity.issuer}/other` }, createContext()), [])
  })

  t.test(`${name} writes no token into the log`, async t => {
    const context = { ...createContext(), token: 'a.secret.token' }
    await fetch(identity, context)
    t.notMatch(JSON.stringify(context.lines), 'secret')
  })
}
