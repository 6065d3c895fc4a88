// the whole of 127.0.0.0/8, as the URL parser writes it: RFC 6890, section 2.2.2
const ipv4Loopback = /^127(?:\.\d{1,3}){3}$/

/** Whether `hostname`, as a `URL` gives it, never leaves this machine. RFC 6761, section 6.3; RFC 4291, section 2.5.3. */
export function isLoopbackHost (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || ipv4Loopback.test(hostname)
}
