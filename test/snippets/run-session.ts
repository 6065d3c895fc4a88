/** A command that somebody types, and what he reads next. */
export interface Exchange {
  readonly command: string
  readonly answer: string
}

// the words of a command: bare, in single quotes or in double quotes
const kWord = /'([^']*)'|"([^"]*)"|(\S+)/g

// NAME=$(command)
const kAssignment = /^([A-Z_]+)=\$\((.*)\)$/

/** The commands of a session, each after a `$`, and the lines that follow it. */
export function toExchanges (session: string): readonly Exchange[] {
  return session.split(/^\$ /m).slice(1).map(function toExchange (text) {
    const [command = '', ...answer] = text.trimEnd().split('\n')
    return { command, answer: answer.join('\n') }
  })
}

/** What curl would print, for the little of curl that pages use: -s, -H, -X, -d and a URL, and answers kept in variables. */
export class Session {
  readonly #variables = new Map<string, string>()

  async type (command: string): Promise<string> {
    const [, variable, inner] = kAssignment.exec(command) ?? []
    if (variable === undefined || inner === undefined) return await this.#curl(command)
    this.#variables.set(variable, await this.#curl(inner))
    return ''
  }

  async #curl (command: string): Promise<string> {
    const [program, ...words] = this.#toWords(command)
    if (program !== 'curl') throw new Error(`nothing is known of ${program}`)
    const headers = new Headers()
    const init: RequestInit = { headers }
    let url = ''
    while (words.length > 0) {
      const word = words.shift() as string
      if (word === '-s') continue
      if (word === '-H') headers.append(...toHeader(words.shift() ?? ''))
      else if (word === '-X') init.method = words.shift() ?? ''
      else if (word === '-d') Object.assign(init, { method: init.method ?? 'POST', body: words.shift() })
      else url = word
    }
    const response = await fetch(url, init)
    return await response.text()
  }

  #toWords (command: string): string[] {
    return [...command.matchAll(kWord)].map(([, single, double, bare]) => single ?? this.#expand(double ?? bare ?? ''))
  }

  #expand (text: string): string {
    return text.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => this.#variables.get(name) ?? '')
  }
}

function toHeader (text: string): [string, string] {
  const [name = '', value = ''] = text.split(/: (.*)/)
  return [name, value]
}
