import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { findFreePort } from './fixtures/find-free-port.js'
import { findTypeFaults } from './snippets/find-type-faults.js'
import { chainOf, listDocuments, readSnippets, toSnippets } from './snippets/read-snippets.js'
import { runPrograms, serveProgram } from './snippets/run-program.js'
import { Session, toExchanges } from './snippets/run-session.js'
import { Terminal } from './snippets/terminal.js'
import { toJavaScript, toProgram } from './snippets/to-program.js'
import type { Test } from 'tap'
import type { Snippet } from './snippets/read-snippets.js'
import type { Program } from './snippets/to-program.js'

/** The port that pages write; where they run it is a free one. */
const kWrittenPort = /\b3000\b/g

const kRoot = fileURLToPath(new URL('..', import.meta.url))
const pages = listDocuments(kRoot).map(document => ({ document, ...toRuns(readSnippets(kRoot, document)) }))

type Held = ReadonlyArray<readonly [Program, Snippet]>

/** What a page has to run: programs; those of them that serve, with the sessions that ask them; and sessions of our own commands, with what they are about. */
function toRuns (snippets: readonly Snippet[]): { readonly programs: readonly Program[], readonly served: Held, readonly typed: Held } {
  const sessions = snippets.filter(({ language }) => language === 'console')
  const written = snippets.filter(({ language }) => language !== 'console').map(snippet => [snippet, toProgram(chainOf(snippet, snippets))] as const)
  const held = sessions.map(session => [written.find(([{ name }]) => name === session.after)?.[1] as Program, session] as const)
  const typed = held.filter(([, { code }]) => code.startsWith('$ npx '))
  const served = held.filter(pair => !typed.includes(pair))
  return { programs: written.map(([, program]) => program).filter(program => !served.some(([one]) => one === program)), served, typed }
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

for (const { document, programs, served, typed } of pages) {
  t.test(`the programs of ${document} run and print what they say`, async t => {
    const { paths, port, errors, printed } = await runAll(t, programs)
    t.equal(errors, '')
    programs.forEach(({ title, prints }, index) => t.strictSame(printed.get(paths[index] ?? ''), prints.map(line => atPort(line, port)), title))
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
  for (const [program, { line, code }] of typed) {
    t.test(`the commands of ${document}:${line} print what the session says`, async t => {
      const terminal = new Terminal(t.testdir({ 'app.js': toJavaScript(program).code }))
      for (const { command, answer } of toExchanges(code)) t.equal(await terminal.type(command), answer, command)
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
  const port = await findFreePort()
  const paths = write(t, programs, port)
  return { paths, port, ...await runPrograms(paths) }
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
