import fc from 'fast-check'
import t from 'tap'

import { ORDERS, boot, routeAt } from '../fixtures/agreement/boot.js'
import { callAll } from '../fixtures/agreement/call.js'
import { DOORS } from '../fixtures/agreement/doors.js'
import { apps } from '../fixtures/agreement/draw.js'
import { EVERYTHING, NAMES } from '../fixtures/agreement/trees.js'
import { findInvalid, findUndefined } from '../fixtures/agreement/validate.js'
import { EDITIONS } from '../fixtures/describe-app.js'

import type { Booted } from '../fixtures/agreement/boot.js'
import type { Findings } from '../fixtures/agreement/case.js'
import type { Holder } from '../fixtures/agreement/doors.js'

/** In each order and edition: three apps of 64 URLs, with one route or two. Always the same ones, unless `OPENAPI_SEED` draws others. */
const APPS = 3
const URLS = 64

const seed = Number(process.env['OPENAPI_SEED'] ?? 20_261_122)

/** Some hold much, some one name of each kind. */
const names = fc.oneof(fc.subarray([...EVERYTHING]), fc.tuple(...Object.values(NAMES).map(each => fc.constantFrom(...each))))

const holders: fc.Arbitrary<Holder> = fc.record({
  names, kind: fc.constantFrom('human', 'machine'), tenant: fc.constantFrom('acme', 'initech')
})

const findings: Findings = { complaints: [], met: new Map() }

/** Routes outside every registration. */
function unknownPaths (booted: Booted) {
  return Object.entries(booted.document.paths).map(([path, item]) => ({
    path, methods: Object.keys(item).filter(method => routeAt(booted, path, method.toUpperCase()) === null)
  }))
}

for (const [row, order] of ORDERS.entries()) {
  for (const [column, edition] of EDITIONS.entries()) {
    t.test(`OpenAPI ${edition} says what the server does: ${order}`, async t => {
      const drawn = fc.sample(apps(URLS), { seed: seed + row * EDITIONS.length + column, numRuns: APPS })
      let routes = 0
      for (const [index, app] of drawn.entries()) {
        const booted = await boot(app, edition, order)
        try {
          const { document, yaml, log, placed } = booted
          routes += placed.flatMap(({ spot }) => spot.routes).length
          const place = `seed ${seed}, app ${index}`
          t.strictSame(yaml, JSON.parse(JSON.stringify(document)), `YAML is JSON: ${place}`)
          t.strictSame(await findInvalid(document), [], `valid: ${place}`)
          t.strictSame(await findUndefined(document, unknownPaths(booted)), [], `security is defined: ${place}`)
          await callAll(booted, fc.sample(holders, { seed: seed + index, numRuns: 3 }), findings)
          t.strictSame(log.lines.filter(({ msg }) => /document|schema|scopes/.test(msg)), [], `nothing was warned of: ${place}`)
          t.strictSame(findings.complaints.splice(0).slice(0, 3), [], `agreed: ${place}`)
        } finally {
          await booted.app.close()
        }
      }
      t.ok(routes > 200, `${routes} routes`)
    })
  }
}

t.test('every kind of route and answer was met', async t => {
  const types = DOORS.flatMap(door => [...findings.met.keys()].some(key => key.startsWith(`${door} `)) ? door : [])
  t.strictSame(types, [...DOORS])
  for (const key of ['200', '401', '403', '503', 'required', 'optional', 'tolerant', 'public', 'described in words', 'too many to list', 'from elsewhere', 'alternative with names', 'to the letter 200', 'to the letter 403',
    'bearerAuth http', 'bearerAuth openIdConnect', 'bearerAuth oauth2', 'bearerAuth apiKey', 'basicAuth basic', 'certificateAuth mutualTLS', 'certificateAuth http']) {
    t.ok((findings.met.get(key) ?? 0) > 0, key)
  }
  t.comment(`seed ${seed}`, Object.fromEntries(findings.met))
})
