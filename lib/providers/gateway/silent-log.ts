import type { FastifyBaseLogger } from 'fastify'

/** A logger for where there is none. */
export const silentLog: FastifyBaseLogger = Object.freeze({
  level: 'silent', fatal: ignore, error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore, silent: ignore, child: () => silentLog
}) as unknown as FastifyBaseLogger

function ignore (): void {}
