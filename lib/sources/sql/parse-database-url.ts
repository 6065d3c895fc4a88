import { AUTH_OPTION_INVALID } from '../../errors.js'

/** What the address of a database says. */
export interface Address {
  readonly server: 'postgres' | 'mysql'
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  readonly tls: boolean
}

// server[+driver]://[user[:password]@][host][:port][/database][?parameters]; a host may be an IPv6 address in brackets
const ADDRESS = /^(?<server>[a-z]+)(?:\+\w+)?:\/\/(?:(?<user>[^:/@]*)(?::(?<password>[^@]*))?@)?(?<host>\[[\da-f:.]+\]|[^:/?@]*)(?::(?<port>\d{1,5}))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/i

const SERVERS: ReadonlyMap<string, Address['server']> = new Map([['postgres', 'postgres'], ['postgresql', 'postgres'], ['mysql', 'mysql'], ['mariadb', 'mysql']])
const PORTS = Object.freeze({ postgres: 5432, mysql: 3306 })
const TLS: ReadonlyMap<string, boolean> = new Map([['disable', false], ['false', false], ['require', true], ['true', true], ['verify-ca', true], ['verify-full', true]])

/**
 * Reads the address of a database as SQLAlchemy writes it, drivers of Python's included, which count for nothing.
 * @param name how errors call it: they never quote it, since it holds a password
 * @throws {AUTH_OPTION_INVALID} when it is none, when it is that of another database, and for parameters that are not known
 */
export function parseDatabaseUrl (url: unknown, name: string): Address {
  const parts = typeof url === 'string' ? ADDRESS.exec(url)?.groups ?? {} : {}
  const server = toServer(parts['server'] ?? '', name)
  const { user, password, host = '', port, database, query = '' } = parts
  const parameters = readParameters(query, name)
  return Object.freeze({
    server,
    host: parameters.host ?? (host.replace(/^\[(.*)\]$/, '$1') || 'localhost'),
    port: Number(port ?? PORTS[server]),
    user: decode(user, name),
    password: decode(password, name),
    database: decode(database, name),
    tls: parameters.tls
  })
}

function toServer (scheme: string, name: string): Address['server'] {
  const server = SERVERS.get(scheme.toLowerCase())
  if (server === undefined) {
    const cure = scheme.toLowerCase() === 'sqlite' ? '; for SQLite make a Kysely instance of your own' : ''
    throw new AUTH_OPTION_INVALID(`${name} must be an address like postgresql://user:password@host:5432/database, of PostgreSQL, MySQL or MariaDB${cure}`)
  }
  return server
}

function readParameters (query: string, name: string): { readonly host: string | undefined, readonly tls: boolean } {
  const read = { host: undefined as string | undefined, tls: false }
  for (const [parameter, value] of new URLSearchParams(query)) {
    const tls = parameter === 'sslmode' || parameter === 'ssl' ? TLS.get(value) : undefined
    if (parameter === 'host' || parameter === 'unix_socket') {
      read.host = value
    } else if (tls !== undefined) {
      read.tls = tls
    } else if (parameter !== 'charset') {
      throw new AUTH_OPTION_INVALID(`${name} has a parameter that is not known here: only host, unix_socket, sslmode, ssl (disable, require, verify-ca or verify-full) and charset are`)
    }
  }
  return read
}

function decode (text: string | undefined, name: string): string | undefined {
  try {
    return text === undefined || text === '' ? undefined : decodeURIComponent(text)
  } catch {
    throw new AUTH_OPTION_INVALID(`${name} has a % that begins no escape: write it as %25`)
  }
}
