import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { findTypeFaults } from './snippets/find-type-faults.js'
import { chainOf, listDocuments, readSnippets, toSnippets } from './snippets/read-snippets.js'
import { runPrograms, serveProgram } from './snippets/run-program.js'
import { Session, toExchanges } from './snippets/run-session.js'
import { toJavaScript, toProgram } from './snippets/to-program.js'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { Snippet } from './snippets/read-snippets.js'
import type { Program } from './snippets/to-program.js'

/** The port that pages write; where they run it is a free one. */
const kWrittenPort = /\b3000\b/g

const kRoot = fileURLToPath(new URL('..', import.meta.url))
const pages = listDocuments(kRoot).map(document => ({ document, ...toRuns(readSnippets(kRoot, document)) }))

/** What a page has to run: programs, and those of them that serve with the sessions that ask them. */
function toRuns (snippets: readonly Snippet[]): { readonly programs: readonly Program[], readonly served: ReadonlyArray<readonly [Program, Snippet]> } {
  const sessions = snippets.filter(({ language }) => language === 'console')
  const written = snippets.filter(({ language }) => language !== 'console').map(snippet => [snippet, toProgram(chainOf(snippet, snippets))] as const)
  const served = sessions.map(session => [written.find(([{ name }]) => name === session.after)?.[1] as Program, session] as const)
  return { programs: written.map(([, program]) => program).filter(program => !served.some(([one]) => one === program)), served }
}

t.test('every program on the pages compiles', async t => {
  const programs = pages.flatMap(({ programs, served }) => [...programs, ...served.map(([program]) => program)])
  t.ok(programs.length > 20, 'there are some')
  // What these declare must not count for the others.
  const besideJwt = programs.filter(({ code }) => code.includes("'@fastify/jwt'"))
  const registering = programs.filter(({ code }) => code.includes('interface AuthRegister'))
  t.strictSame(findTypeFaults(kRoot, programs.filter(program => ![...besideJwt, ...registering].includes(program))), [])
  t.strictSame(findTypeFaults(kRoot, besideJwt), [])
  t.strictSame(findTypeFaults(kRoot, registering), [])
})

for (const { document, programs, served } of pages) {
  t.test(`the programs of ${document} run and print what they say`, async t => {
    const { paths, errors, printed } = await runAll(t, programs)
    t.equal(errors, '')
    programs.forEach(({ title, prints }, index) => t.strictSame(printed.get(paths[index] ?? ''), prints, title))
  })
  for (const [program, session] of served) {
    t.test(`${program.title} serves and answers what the session says`, async t => {
      const port = await findFreePort()
      const [path = ''] = write(t, [program], port)
      const { errors, printed } = await serveProgram(path, program.prints.length, () => hold(t, session, port))
      t.equal(errors, '')
      t.strictSame(printed.get(path), program.prints.map(line => atPort(line, port)))
    })
  }
}

t.test('faults are found', async t => {
  const page = '```ts\nconst text: string = 1\nconsole.log(text) // 2\n```\n'
  const programs = toSnippets('page.md', page).map(snippet => toProgram([snippet]))
  t.match(findTypeFaults(kRoot, programs), [/page-md-line-1\.ts:1: Type 'number' is not assignable/])
  const { paths, printed } = await runAll(t, programs)
  t.strictSame([printed.get(paths[0] ?? ''), programs[0]?.prints], [['1'], ['2']])
  t.throws(() => toSnippets('page.md', '```typescript\n```\n'), /page\.md:1/)
  const orphan = toSnippets('page.md', '<!-- snippet: one, after: none -->\n```ts\n```\n')
  t.throws(() => chainOf(orphan[0] as Snippet, orphan), /no snippet none/)
})

async function runAll (t: Test, programs: readonly Program[]) {
  const paths = write(t, programs, await findFreePort())
  return { paths, ...await runPrograms(paths) }
}

/** Writes programs where this package finds itself by its name. */
function write (t: Test, programs: readonly Program[], port: number): readonly string[] {
  const files = programs.map(toJavaScript).map(({ file, code }) => [file, atPort(code, port)] as const)
  const folder = t.testdir(Object.fromEntries(files))
  return files.map(([file]) => join(folder, file))
}

/** Types what the session types, and compares what comes back. */
async function hold (t: Test, session: Snippet, port: number): Promise<void> {
  const terminal = new Session()
  for (const { command, answer } of toExchanges(session.code)) {
    t.equal(await terminal.type(atPort(command, port)), atPort(answer, port), command)
  }
}

function atPort (text: string, port: number): string {
  return text.replaceAll(kWrittenPort, String(port))
}

async function findFreePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
