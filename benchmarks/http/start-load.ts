import autocannon from 'autocannon'

const CONNECTIONS = 64

/** More than any run takes: the load ends when it is told to. */
const DURATION_SECONDS = 3600

/** Requests that go on until they are stopped. */
export interface Load {
  /** Rejects when an answer was not the one expected. */
  stop (): Promise<void>
}

/** Sends requests on 64 connections, each with its share of the tokens in turn, so that all of them pass before one comes again. */
export function startLoad (url: string, tokens: readonly string[], expectBody: string): Load {
  const requests = tokens.map(token => ({ headers: { authorization: `Bearer ${token}` } }))
  let connection = 0
  const load = autocannon({
    url,
    connections: CONNECTIONS,
    duration: DURATION_SECONDS,
    sampleInt: 20,
    expectBody,
    setupClient (client) {
      const own = connection++
      client.setRequests(requests.filter((_request, index) => index % CONNECTIONS === own))
    }
  })

  async function stop (): Promise<void> {
    load.stop()
    const { errors, mismatches, non2xx } = await load
    if (errors + mismatches + non2xx > 0) {
      throw new Error(`${url} gave ${errors} errors, ${non2xx} answers but 200, ${mismatches} wrong bodies`)
    }
  }

  return { stop }
}
