import Fastify from 'fastify'

import { PATH, listReports } from '../subject.js'

import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { Subject } from '../subject.js'

/** Fastify alone: the price of an answer. */
export const bare: Subject = {
  name: 'bare',
  title: 'bare Fastify',
  kind: 'baseline',
  async build () {
    const app = Fastify()
    app.get(PATH, listReports)
    return app
  }
}

/** As many hooks as a guarded route has, none of which does anything: the price of asking at all. */
export const hooks: Subject = {
  name: 'hooks',
  title: 'no-op hooks',
  kind: 'baseline',
  async build () {
    const app = Fastify()
    app.addHook('onRequest', pass)
    app.get(PATH, { onRequest: [pass], preHandler: [pass] }, listReports)
    return app
  }
}

function pass (_request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  done()
}
