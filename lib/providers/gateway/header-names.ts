/** Belong to one connection and no other. RFC 9110, section 7.6.1; RFC 9112; RFC 9113, section 8.2.2. */
const OF_CONNECTIONS: readonly string[] = [
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings',
  'host', 'content-length', 'expect', 'proxy-authorization', 'proxy-authenticate', 'accept-encoding'
]

/** Say where a request came from and who sent it: from a caller they are claims, not facts. RFC 7239. */
const OF_PROXIES = /^(?:forwarded|via|x-real-ip|x-forwarded-.*|x-original-.*|x-auth-request-.*|x-remote-.*|remote-.*|x-required-.*|x-route|x-request-id|traceparent|tracestate|sec-websocket-.*)$/

/** One name for all ways to write it: many servers take `_` for `-`. */
export function toPlainName (name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

/** Whether a header is about a connection, so that nobody passes it on. */
export function isOfConnection (name: string): boolean {
  const plain = toPlainName(name)
  return plain.startsWith(':') || plain.startsWith('proxy-') || OF_CONNECTIONS.includes(plain)
}

/** Whether a caller could say with a header who he is, or where he comes from. */
export function isOfProxies (name: string): boolean {
  return OF_PROXIES.test(toPlainName(name))
}
