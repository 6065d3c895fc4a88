/** Stops programs in production from loading what signs in without proof. */
export function refuseProduction (environment: string | undefined): void {
  if (environment === 'production') {
    throw new Error('fastify-gatekeeper/testing signs anybody in without proof, so it does not load while NODE_ENV is production. Import it in tests only.')
  }
}
