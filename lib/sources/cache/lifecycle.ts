import type { ProviderLifecycle } from '../../../types/providers.js'

/** Calls that are under way: a provider that stands behind several wrappers is warmed up once when the app boots, and closed once. */
const warmUps = new WeakMap<object, Promise<void>>()
const closings = new WeakMap<object, Promise<void>>()

/**
 * The life cycle of what is made of several providers. It is required to be warm as soon as one of them is; then the others may fail.
 */
export function lifecycleOf (providers: readonly ProviderLifecycle[]): Required<ProviderLifecycle> {
  const parts = [...new Set(providers)]
  const isRequired = parts.some(part => part.warmUpRequired === true)

  async function warmUp (): Promise<void> {
    const counting = parts.filter(part => !isRequired || part.warmUpRequired === true)
    const others = parts.filter(part => !counting.includes(part))
    const [outcomes] = await Promise.all([settle(counting, warmUpOnce), settle(others, warmUpOnce)])
    throwFirst(outcomes)
  }

  async function close (): Promise<void> {
    throwFirst(await settle(parts, closeOnce))
  }

  return { warmUpRequired: isRequired, warmUp, close }
}

function warmUpOnce (part: ProviderLifecycle): Promise<void> {
  return shareRunning(warmUps, part, async () => { await part.warmUp?.() })
}

function closeOnce (part: ProviderLifecycle): Promise<void> {
  return shareRunning(closings, part, async () => { await part.close?.() })
}

function shareRunning (running: WeakMap<object, Promise<void>>, part: object, call: () => Promise<void>): Promise<void> {
  const shared = running.get(part) ?? call().finally(() => { running.delete(part) })
  running.set(part, shared)
  return shared
}

async function settle (parts: readonly ProviderLifecycle[], call: (part: ProviderLifecycle) => Promise<void>): Promise<ReadonlyArray<PromiseSettledResult<void>>> {
  return await Promise.allSettled(parts.map(call))
}

function throwFirst (outcomes: ReadonlyArray<PromiseSettledResult<void>>): void {
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  if (failed !== undefined) {
    throw failed.reason
  }
}
