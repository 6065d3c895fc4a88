import { proveSql } from '../contracts/sql.js'
import { sqlite } from '../fixtures/databases/sqlite.js'

await proveSql(sqlite)
