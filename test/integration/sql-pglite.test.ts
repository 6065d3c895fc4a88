import { proveSql } from '../contracts/sql.js'
import { pglite } from '../fixtures/databases/pglite.js'

await proveSql(pglite)
