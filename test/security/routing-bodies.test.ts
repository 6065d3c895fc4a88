import t from 'tap'

import { requireRoles } from '../../lib/index.js'
import { raw } from './routing-asks.js'
import { MANNERS, openScene, registerFirst } from './routing-scene.js'

import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Guard } from '../../lib/index.js'
import type { Ask } from './routing-asks.js'
import type { Caller, Stage } from './routing-scene.js'

const JSON_TYPE = 'Content-Type: application/json'
const LIMIT = 1_000

function post (body: string, ...fields: readonly string[]): Ask {
  return raw('POST', '/it', { body, fields: [`Content-Length: ${body.length}`, ...fields] })
}

/** Bodies that an app never wants, and what somebody who may be there is told. */
const bodies: ReadonlyArray<readonly [name: string, ask: Ask, status: number]> = [
  ['malformed JSON', post('{', JSON_TYPE), 400],
  ['no JSON at all', post('<xml/>', JSON_TYPE), 400],
  ['an empty body', post('', JSON_TYPE), 400],
  ['a prototype (CWE-1321)', post('{"__proto__":{"user":{}}}', JSON_TYPE), 400],
  ['a constructor', post('{"constructor":{"prototype":{}}}', JSON_TYPE), 400],
  ['a body against the schema', post('{"other":1}', JSON_TYPE), 422],
  ['a list', post('[]', JSON_TYPE), 422],
  ['too many bytes', post(`{"title":"${'x'.repeat(LIMIT)}"}`, JSON_TYPE), 413],
  ['too many bytes, in chunks', raw('POST', '/it', { body: `800\r\n${'x'.repeat(0x800)}\r\n0\r\n\r\n`, fields: [JSON_TYPE, 'Transfer-Encoding: chunked'] }), 413],
  ['too many bytes announced, and a few sent', raw('POST', '/it', { body: '{', fields: [JSON_TYPE, 'Content-Length: 1000000000'] }), 413],
  ['no content type', post('{"title":"x"}'), 415],
  ['another content type', post('<xml/>', 'Content-Type: application/xml'), 415],
  ['a content type that is none (CVE-2026-33806)', post('{}', 'Content-Type: ;'), 415],
  ['a form', post('title=x', 'Content-Type: application/x-www-form-urlencoded'), 415],
  ['multipart', post('--x\r\n\r\n--x--', 'Content-Type: multipart/form-data; boundary=x'), 415],
  ['a token in the body (RFC 6750, 2.2)', post('{"access_token":"x"}', JSON_TYPE), 422]
]

/** Bodies that never come, or never end: only somebody who is refused unread can be answered. */
const endless: ReadonlyArray<readonly [name: string, ask: Ask]> = [
  ['announced, and not sent', raw('POST', '/it', { fields: [JSON_TYPE, 'Content-Length: 500'] })],
  ['half of it', raw('POST', '/it', { body: '{"title":', fields: [JSON_TYPE, 'Content-Length: 500'] })],
  ['a chunk, and no end', raw('POST', '/it', { body: '1\r\n{\r\n', fields: [JSON_TYPE, 'Transfer-Encoding: chunked'] })],
  ['waiting to be asked for it (RFC 9110, 10.1.1)', raw('POST', '/it', { fields: [JSON_TYPE, 'Content-Length: 500', 'Expect: 100-continue'] })]
]

/** Where the guard stands, and whether it judges the role before anything is read, or is parsed, or is held against the schema. */
const styles: Readonly<Record<string, readonly [declare: (app: FastifyInstance, place: Place) => void, before: 'reading' | 'schema' | 'handling']>> = {
  onRequest: [(app, place) => { declare(app, place, { onRequest: [requireRoles('editor')] }) }, 'reading'],
  preParsing: [(app, place) => { declare(app, place, { preParsing: [requireRoles('editor')] }) }, 'reading'],
  context: [(app, place) => { declare(app.guard(requireRoles('editor')), place) }, 'reading'],
  preValidation: [(app, place) => { declare(app, place, { preValidation: [requireRoles('editor')] }) }, 'schema'],
  preHandler: [(app, place) => { declare(app, place, { preHandler: [requireRoles('editor')] }) }, 'handling'],
  hooked: [(app, place) => { declare(app.addHook('preHandler', requireRoles('editor')), place) }, 'handling']
}

interface Place {
  readonly stage: Stage
  /** Runs when all hooks that come before the body have let the request by. */
  note (): Promise<void>
}

function declare (app: FastifyInstance, { stage, note }: Place, { preParsing = [], ...guards }: { preParsing?: readonly Guard[] } & Partial<RouteOptions> = {}): void {
  app.post('/it', {
    ...guards,
    preParsing: [...preParsing, note],
    schema: { body: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } } },
    schemaErrorFormatter: () => Object.assign(new Error('not what was agreed'), { statusCode: 422 }),
    bodyLimit: LIMIT
  }, stage.guarded('/it'))
}

/** What a user without the role is told: of his body only where nobody has asked for the role yet. */
function toReaderStatus (status: number, before: 'reading' | 'schema' | 'handling'): number {
  return before === 'reading' || (before === 'schema' && status === 422) ? 403 : status
}

for (const [style, [declareStyle, before]] of Object.entries(styles)) {
  for (const manner of MANNERS) {
    t.test(`a stranger is refused before his body is read; guard: ${style}, judged ${manner}`, async t => {
      let read = 0
      const note = async (): Promise<void> => { read++ }
      const scene = await openScene(t, {
        manner,
        async build (app, stage) {
          await registerFirst(app, stage)
          declareStyle(app, { stage, note })
        }
      })

      async function ask (question: Ask, caller: Caller): Promise<unknown> {
        read = 0
        const { status, places, trespasses } = await scene.visit(question, caller)
        return { status, read, places, trespasses }
      }

      const told = (status: number, read: number, ...places: readonly string[]) => ({ status, read, places, trespasses: [] })
      const isReaderRead = before === 'reading' ? 0 : 1
      for (const [name, question, status] of bodies) {
        t.strictSame(await ask(question, 'nobody'), told(401, 0), `${name}: nobody`)
        t.strictSame(await ask(question, 'forger'), told(401, 0), `${name}: forger`)
        t.strictSame(await ask(question, 'reader'), told(toReaderStatus(status, before), isReaderRead), `${name}: reader`)
        t.strictSame(await ask(question, 'editor'), told(status, 1), `${name}: editor`)
      }
      for (const [name, question] of endless) {
        t.strictSame(await ask(question, 'nobody'), told(401, 0), `${name}: nobody`)
        t.strictSame(await ask(question, 'forger'), told(401, 0), `${name}: forger`)
        before === 'reading' && t.strictSame(await ask(question, 'reader'), told(403, 0), `${name}: reader`)
      }
      t.strictSame(await ask(post('{"title":"x"}', JSON_TYPE), 'reader'), told(403, isReaderRead), 'a good body: reader')
      t.strictSame(await ask(post('{"title":"x"}', JSON_TYPE), 'editor'), told(200, 1, '/it'), 'a good body: editor')
    })
  }
}
