// Gives somebody a role in the quickstart that runs in another terminal: npm run demo:grant bob analyst
// For databases of your own, npx fastify-gatekeeper grant does the same.
import { connect, sqlDirectory } from 'fastify-gatekeeper/sql'
import { toDatabaseUrl } from './embedded-database.js'

const { DATABASE_PORT = '15432' } = process.env
const [subject = '', role = ''] = process.argv.slice(2)

const db = connect(toDatabaseUrl(Number(DATABASE_PORT)))
const directory = sqlDirectory(db)

try {
  if (subject === '' || role === '') {
    throw new Error('Say who, and which role: npm run demo:grant bob analyst')
  }
  // Subjects are unique for their issuer only, and the quickstart's is another one each time. Everybody was given something by it.
  const [known] = await directory.list({ holder: { kind: 'user', subject } })
  if (known === undefined) {
    throw new Error(`Nobody is called ${subject}: try alice, bob or root.`)
  }
  const changed = await directory.grant({ kind: 'role', name: role, holder: known.holder })
  console.log(changed === 0 ? `${subject} is ${role} already.` : `${subject} is ${role} from the next request on.`)
} catch (error) {
  console.error((error as { readonly code?: string }).code === 'AUTH_DIRECTORY_UNAVAILABLE' ? `No database listens on port ${DATABASE_PORT}: start the quickstart with npm start.` : (error as Error).message)
  process.exitCode = 1
} finally {
  await db.destroy()
}
