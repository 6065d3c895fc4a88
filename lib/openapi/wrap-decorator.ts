const kWrapped = Symbol.for('fastify-gatekeeper.wrapped-document')

/** The function that `@fastify/swagger` decorates an instance with: it gives the document, or with `yaml` its text. */
export type GiveDocument = (this: unknown, options?: { readonly yaml?: boolean }, ...others: readonly unknown[]) => unknown

/**
 * Puts a function in the place of a decorator, wherever in the chain of instances that stands: all who look it up when they call it get the other
 * one. Nothing happens where there is no such function yet, and where it has been replaced.
 */
export function wrapDecorator (instance: object, name: string, wrap: (original: GiveDocument, owner: object) => GiveDocument): void {
  const owner = findOwner(instance, name) as Record<string, unknown> | null
  const original = owner?.[name]
  if (owner !== null && typeof original === 'function' && !(kWrapped in original)) {
    owner[name] = Object.defineProperty(Object.assign(wrap(original as GiveDocument, owner), original), kWrapped, { value: true })
  }
}

/** The instance that was decorated: instances have those around them as prototypes. */
export function findOwner (instance: object, name: string): object | null {
  let owner: object | null = instance
  while (owner !== null && !Object.hasOwn(owner, name)) {
    owner = Object.getPrototypeOf(owner) as object | null
  }
  return owner
}
