import { isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * What one caller can hold of the address space: an IPv4 address as it is, of an IPv6 address its first 64 bits, which is what a home or a server gets.
 * RFC 4291, sections 2.2 and 2.5.5.2; RFC 6177, section 2.
 */
export function toNetwork (address: string): string {
  const plain = address.replace(/%.*$/, '')
  const mapped = MAPPED.exec(plain)?.[1]
  if (mapped !== undefined || !isIPv6(plain)) {
    return mapped ?? plain
  }
  const [head = '', tail] = plain.split('::')
  const before = toGroups(head)
  const after = tail === undefined ? [] : toGroups(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return `${[...before, ...zeros, ...after].slice(0, 4).map(group => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** An IPv4 address at the end stands for two groups, none of them among the first four. */
function toGroups (text: string): string[] {
  return text === '' ? [] : text.split(':').flatMap(group => group.includes('.') ? ['0', '0'] : [group])
}
