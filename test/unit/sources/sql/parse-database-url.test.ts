import t from 'tap'

import { parseDatabaseUrl } from '../../../../lib/sources/sql/parse-database-url.js'

const nothing = { user: undefined, password: undefined, database: undefined, tls: false }

t.test('reads addresses as SQLAlchemy writes them', async t => {
  const cases: Readonly<Record<string, object>> = {
    'postgresql://app:secret@db.example:5433/books': { server: 'postgres', host: 'db.example', port: 5433, user: 'app', password: 'secret', database: 'books', tls: false },
    'postgresql+asyncpg://app@db.example/books': { server: 'postgres', host: 'db.example', port: 5432, user: 'app', password: undefined, database: 'books', tls: false },
    'postgres+psycopg2://localhost': { ...nothing, server: 'postgres', host: 'localhost', port: 5432 },
    'mysql+aiomysql://app:p%40ss%2Fword%25@[::1]:3307/books?charset=utf8mb4': { server: 'mysql', host: '::1', port: 3307, user: 'app', password: 'p@ss/word%', database: 'books', tls: false },
    'MariaDB://app:a/b:c@localhost/': { ...nothing, server: 'mysql', host: 'localhost', port: 3306, user: 'app', password: 'a/b:c' },
    'postgresql:///books?host=/run/postgresql': { ...nothing, server: 'postgres', host: '/run/postgresql', port: 5432, database: 'books' },
    'mysql://root@/books?unix_socket=/run/mysqld.sock': { ...nothing, server: 'mysql', host: '/run/mysqld.sock', port: 3306, user: 'root', database: 'books' },
    'postgresql://localhost/books?sslmode=verify-full': { ...nothing, server: 'postgres', host: 'localhost', port: 5432, database: 'books', tls: true },
    'postgresql://localhost/books?ssl=require&sslmode=disable': { ...nothing, server: 'postgres', host: 'localhost', port: 5432, database: 'books' }
  }
  for (const [url, address] of Object.entries(cases)) t.strictSame(parseDatabaseUrl(url, 'it'), address, url)
})

t.test('refuses the rest, and never says what it was given', async t => {
  const refused = [
    undefined, null, 7, '', 'nada', 'localhost', 'sqlite:///secret.db', 'sqlite+aiosqlite:///secret.db', 'oracle://secret@db', '//secret@db/books', 'postgresql:/secret', 'postgresql://a:secret@db:port/books',
    'postgresql://db/secret?sslmode=prefer', 'postgresql://db/books?password=secret', 'postgresql://db/%secret', 'postgresql://app:%zzsecret@db/books', 'constructor://secret'
  ]
  for (const url of refused) {
    t.throws(() => parseDatabaseUrl(url, 'connect: the address'), { code: 'AUTH_OPTION_INVALID', message: /^connect: the address (?!.*secret)/ }, String(url))
  }
})
