import { proveSql } from '../contracts/sql.js'
import { mariadb } from '../fixtures/databases/mariadb.js'

await proveSql(mariadb)
