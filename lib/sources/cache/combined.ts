import { AUTH_OPTION_INVALID } from '../../errors.js'
import { toFrozen } from '../../util/to-frozen.js'
import { isPromised, when } from '../../util/when.js'
import { toComposite } from './composite.js'
import { askFor } from './names-contract.js'

import type { Answer, Ask, NamesProvider, ProvidersOf } from './names-contract.js'
import type { Profile } from '../../../types/providers.js'

/**
 * Unites the answers of several providers: the names that any of them gives, each once, those of the first provider first. Of profiles the members,
 * and where several have one, that of the first. Fails as soon as one of them fails: what is missing might have been what counts.
 *
 * It answers the questions that all of them answer.
 *
 * @throws {AUTH_OPTION_INVALID} for no providers, for something else, for providers without a question in common, and where `permissionMatch` differs
 * @example const groupsProvider = combined(identityGroups(), directory)
 */
export function combined<P extends readonly NamesProvider[]> (...providers: P): ProvidersOf<P[number]> {
  if (providers.length === 0) {
    throw new AUTH_OPTION_INVALID('combined needs at least one provider')
  }
  return toComposite<P[number]>('combined', providers, askAll)

  function askAll (...question: Parameters<Ask>): Answer | Promise<Answer> {
    const answers = providers.map(provider => attempt(() => askFor(provider, ...question)))
    const all = answers.some(isPromised) ? Promise.all(answers) : answers as readonly Answer[]
    return when<readonly Answer[], Answer>(all, unite)
  }
}

/** What fails at once fails like the others: those asked before it may fail, too, and somebody has to hear of it. */
function attempt (ask: () => Answer | Promise<Answer>): Answer | Promise<Answer> {
  try {
    return ask()
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Providers of one question give answers of one shape. */
function unite (answers: readonly Answer[]): Answer {
  if (Array.isArray(answers[0])) {
    return Object.freeze([...new Set((answers as ReadonlyArray<readonly string[]>).flat())])
  }
  // Not assigned member by member: one may be called __proto__.
  return toFrozen(Object.fromEntries((answers as readonly Profile[]).toReversed().flatMap(profile => Object.entries(profile))))
}
