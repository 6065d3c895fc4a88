import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'

import { isLeaked } from './inspect.js'

import type { Observation } from './inspect.js'

/** What was answered and logged. */
export type Shown = Pick<Observation, 'headers' | 'body' | 'lines'>

/** All that a line of ours may have. */
const MEMBERS: ReadonlySet<string> = new Set([
  'level', 'time', 'pid', 'hostname', 'reqId', 'plugin', 'msg', 'code', 'route', 'reason', 'expected', 'subject', 'issuer', 'asked', 'error', 'authenticators',
  'provider', 'issuers', 'mode', 'routes', 'excluded', 'exclusion', 'url'
])

/** A frame of a stack, or a place in this code. */
const TRACE = /\n\s+at |\\n\s+at |node:internal|file:\/\/|\.[cm]?[jt]s:\d+/

const DOCUMENTED: ReadonlySet<unknown> = new Set([...readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, reason]) => reason))

/** Everything in an answer and in a log that nobody should read there, or could not read; empty when all is well. */
export function findExposures ({ headers, body, lines }: Shown, secrets: readonly string[]): readonly string[] {
  const spellings = secrets.flatMap(spellingsOf)
  const answer = `${body}\n${JSON.stringify(headers)}`
  const problems: ReadonlyArray<readonly [boolean, string]> = [
    [isLeaked(answer, spellings), 'the answer shows something secret'],
    [isLeaked(lines.join(''), spellings), 'the log shows something secret'],
    [TRACE.test(answer), 'the answer shows where the code is'],
    [lines.some(line => TRACE.test(line)), 'the log shows where the code is']
  ]
  return [...problems.filter(([isExposed]) => isExposed).map(([, problem]) => problem), ...lines.flatMap(findLineFaults)]
}

/** The reasons in lines of ours, in their order. */
export function reasonsIn (lines: readonly string[]): readonly unknown[] {
  return ours(lines).filter(line => 'code' in line).map(line => line['reason'])
}

/** What a line of a log lacks to be one line of JSON, with what we document and nothing else. */
function findLineFaults (line: string): readonly string[] {
  // A raw line end makes a second entry, and ESC moves the cursor of who reads the log. CWE-117.
  if (!line.endsWith('\n') || [...line.slice(0, -1)].some(character => character < ' ')) {
    return [`not one line: ${JSON.stringify(line)}`]
  }
  return ours([line]).flatMap(function findFaults (members) {
    const unknown = Object.keys(members).filter(name => !MEMBERS.has(name))
    const isReasonKnown = !('reason' in members) || DOCUMENTED.has(members['reason'])
    return [...unknown.map(name => `undocumented member ${name}`), ...(isReasonKnown ? [] : [`undocumented reason ${String(members['reason'])}`])]
  })
}

function ours (lines: readonly string[]): ReadonlyArray<Readonly<Record<string, unknown>>> {
  return lines.map(line => JSON.parse(line) as Readonly<Record<string, unknown>>).filter(line => 'plugin' in line)
}

/** A text as it is, and as it might have been written down. */
function spellingsOf (text: string): readonly string[] {
  const bytes = Buffer.from(text)
  // Base64 of a text within a longer one is found at its own place only: without the last characters, which may differ.
  return [text, encodeURIComponent(text), bytes.toString('hex'), bytes.toString('base64').slice(0, -4), bytes.toString('base64url').slice(0, -4), bytes.join(',')].filter(spelling => spelling.length >= 8)
}
