import type { FastifyBaseLogger } from 'fastify'

import { AUTH_OPTION_INVALID, isAuthError } from './errors.js'
import { describeError } from './util/describe-error.js'
import { FetchError } from './util/fetch-json.js'
import { within } from './util/within.js'

import type { Settings } from './options.js'
import type { OwnProviders, ProviderLifecycle } from '../types/providers.js'
import type { Milliseconds } from '../types/units.js'

const WARM_UP_MS: Milliseconds = 5_000

interface NamedProvider {
  readonly name: string
  readonly provider: ProviderLifecycle
}

/** Warms all providers up, side by side. One that fails is a warning, unless it was told to be required. */
export async function warmUpProviders (settings: Settings, log: FastifyBaseLogger): Promise<void> {
  await Promise.all(providersOf(settings).map(async function warmUp ({ name, provider }) {
    try {
      await within(Promise.resolve(provider.warmUp?.()), WARM_UP_MS, toTimeout)
    } catch (error) {
      if (provider.warmUpRequired === true) {
        throw new AUTH_OPTION_INVALID(`${name}: the warm-up failed, and it is required: ${toAdvice(error)}`)
      }
      log.warn({ provider: name, error: toProblem(error) }, 'provider could not be warmed up; requests get 503 until it answers')
    }
  }))
}

/** Closes all providers. One that fails keeps none of the others, nor the app, from closing. */
export async function closeProviders (settings: Settings, log: FastifyBaseLogger): Promise<void> {
  await Promise.all(providersOf(settings).map(async function close ({ name, provider }) {
    try {
      await provider.close?.()
    } catch (error) {
      log.warn({ provider: name, error: toProblem(error) }, 'provider could not be closed')
    }
  }))
}

function providersOf ({ jwtProviders, authenticators, shared }: Settings): readonly NamedProvider[] {
  const ofTokens = [...jwtProviders, ...authenticators.flatMap(authenticator => 'jwtProviders' in authenticator ? authenticator.jwtProviders : [])]
  const owners = [...ofTokens, ...authenticators.flatMap(authenticator => 'jwtProviders' in authenticator ? [] : [authenticator])]
  const all = owners.flatMap(provider => [{ name: provider.name, provider }, ...namesOf(provider)])
  return [...new Map([...all, ...namesOf(shared)].map(named => [named.provider, named])).values()]
}

function namesOf ({ groupsProvider, rolesProvider, permissionsProvider, profileProvider }: OwnProviders): readonly NamedProvider[] {
  return Object.entries({ groupsProvider, rolesProvider, permissionsProvider, profileProvider })
    .flatMap(([name, provider]) => provider === undefined ? [] : [{ name, provider }])
}

function toTimeout (): Error {
  return new Error('timeout')
}

/** A failed fetch says what was expected of whom; others' errors may say anything, so only who they are is told. */
function toProblem (error: unknown): string {
  const described = describeError(error)
  return described !== null && error instanceof FetchError ? error.message : described?.name ?? typeof error
}

/** What stops the boot is told whoever starts the app, and there an error of ours says what to do. */
function toAdvice (error: unknown): string {
  return describeError(error) !== null && isAuthError(error) && error.code === 'AUTH_OPTION_INVALID' ? error.message : toProblem(error)
}
