import { COMMON } from './failures.js'
import { toGroupsPage } from './pool-answers.js'

import type { Refusals } from './failures.js'
import type { GroupsPage } from './pool-answers.js'
import type { Calls } from './pool-service.js'
import type { Count } from '../../../../types/units.js'

/** The most that are given at once. Amazon Cognito API Reference, AdminListGroupsForUser, "Limit". */
const PAGE_SIZE: Count = 60

/** A user is in 100 groups at most; with pages this small there is still an end. */
const MAX_PAGES: Count = 100

/** The app asks: it is nobody's fault but its own when it may not. */
const OF_APP = Object.freeze({ TooManyRequestsException: COMMON['TooManyRequestsException'] }) as Refusals

/**
 * All groups of a user, in Amazon Cognito's order. Asked for with the app's credentials.
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when they cannot be listed to the last
 */
export async function fetchGroups (calls: Calls, userPoolId: string, username: string): Promise<readonly string[]> {
  const names: string[] = []
  const seen = new Set<string>()
  let next: string | null = null
  do {
    const page: GroupsPage = await calls.ask({
      operation: 'AdminListGroupsForUser',
      input: { UserPoolId: userPoolId, Username: username, Limit: PAGE_SIZE, ...next !== null && { NextToken: next } },
      refusals: OF_APP,
      toResult: answer => assertProgress(toGroupsPage(answer), seen)
    })
    names.push(...page.names)
    next = page.next
  } while (next !== null)
  return Object.freeze(names)
}

/** @throws {TypeError} when what comes next has been before, or never ends */
function assertProgress (page: GroupsPage, seen: Set<string>): GroupsPage {
  if (page.next !== null) {
    if (seen.has(page.next) || seen.size + 1 >= MAX_PAGES) {
      throw new TypeError('pages without an end')
    }
    seen.add(page.next)
  }
  return page
}
