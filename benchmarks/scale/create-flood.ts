/** How the tokens of a flood are bad; all of them are different. */
export type FloodKind = 'malformed' | 'foreign' | 'forged'

/** Makes bad tokens out of a good one, as fast as that goes. */
export function createFlood (kind: FloodKind, sample: string): () => string {
  const [header = '', payload = '', signature = ''] = sample.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>
  let count = 0

  switch (kind) {
    case 'malformed': return () => `${header}.${payload.slice(0, -12)}${toDigits(count++)}.${signature.slice(0, -1)}`
    case 'foreign': return () => `${header}.${encode({ ...claims, iss: 'https://login.example.org', jti: count++ })}.${signature}`
    case 'forged': return () => `${header}.${encode({ ...claims, jti: `forged-${count++}` })}.${signature}`
  }
}

function toDigits (count: number): string {
  return String(count).padStart(12, '0')
}

function encode (value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
