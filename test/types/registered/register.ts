// What an app teaches TypeScript: these files are a program of their own, since what they declare counts everywhere.
import type { AuthRegister } from 'fastify-gatekeeper'

declare module 'fastify-gatekeeper' {
  interface AuthRegister {
    claims: { tenant: string, level?: number }
    groups: 'staff' | 'admin'
    roles: 'analyst' | 'manager'
    permissions: 'user.create' | 'user.remove'
    scopes: 'reports.read'
    policies: 'ownsBook'
  }
}

export type Roles = AuthRegister['roles']
