import type { Subject } from '../subject.js'
import type { Tokens } from '../tokens.js'

/** An answer as far as it is compared. */
interface Answer {
  readonly status: number
  readonly body: string
}

/** How what a server answers differs from what all have to answer; `null` when it does not. */
export async function findDifference (url: string, { kind }: Subject, { good, bad }: Tokens, expectedBody: string): Promise<string | null> {
  for (const token of good.slice(0, 3)) {
    const { status, body } = await get(url, token)
    if (status !== 200 || body !== expectedBody) {
      return `answers ${status} to a good token, or in other words`
    }
  }
  if (kind === 'baseline') {
    return null
  }
  for (const [fault, token] of [['missing', null], ...Object.entries(bad)] as const) {
    const { status } = await get(url, token)
    if (status !== 401) {
      return `answers ${status} to a token that is ${fault}`
    }
  }
  return null
}

async function get (url: string, token: string | null): Promise<Answer> {
  const response = await fetch(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: await response.text() }
}
