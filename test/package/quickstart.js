// Runs the quickstart as a newcomer would, asks it over HTTP, and ends it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
// A process group of its own, so that what npm starts ends with it.
const quickstart = spawn('npm', ['start'], { cwd: root, detached: true, env: { ...process.env, HOST: '127.0.0.1', PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
const ended = once(quickstart, 'exit')

try {
  await ask(await readAddress(quickstart.stdout))
  console.log('the quickstart starts and answers')
} finally {
  if (quickstart.exitCode === null && quickstart.signalCode === null) process.kill(-quickstart.pid, 'SIGTERM')
  await ended
}

async function readAddress (output) {
  for await (const line of createInterface({ input: output })) {
    console.log(line)
    const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line) ?? []
    if (address) return address
  }
  throw new Error('the quickstart ended without printing its address')
}

async function ask (address) {
  const tokens = await (await fetch(`${address}/demo/tokens`)).json()
  const expected = [
    ['/health', undefined, 200], ['/docs', undefined, 200], ['/docs/json', undefined, 200], ['/me', undefined, 401], ['/me', tokens.alice, 200], ['/me', tokens.expired, 401],
    ['/reports', tokens.alice, 200], ['/reports', tokens.bob, 403], ['/admin', tokens.root, 200], ['/machine', tokens.service, 200]
  ]
  for (const [path, token, status] of expected) {
    const response = await fetch(address + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
    assert.equal(response.status, status, path)
  }
}
