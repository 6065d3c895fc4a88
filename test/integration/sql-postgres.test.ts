import { proveSql } from '../contracts/sql.js'
import { postgres } from '../fixtures/databases/postgres.js'

await proveSql(postgres)
