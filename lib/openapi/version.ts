/** The editions of OpenAPI whose documents differ in what they can say of security. */
export type Version = '2.0' | '3.0' | '3.1' | '3.2'

/** The edition that a document is written in. */
export function versionOf (document: Readonly<Record<string, unknown>>): Version {
  const text = String(document['openapi'] ?? '2.0')
  if (text.startsWith('2.')) {
    return '2.0'
  }
  return text.startsWith('3.0') ? '3.0' : text.startsWith('3.1') ? '3.1' : '3.2'
}
