import { Buffer } from 'node:buffer'

import t from 'tap'

import { requireUser } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, encode, ISSUER } from './forge.js'
import { attackAll, createTarget } from './harness.js'

import type { InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { Attack, Target } from './harness.js'

const rsa = createKey('RS256')
const token = createToken(rsa)
const missing = { code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', secrets: [token, ...token.split('.')] } as const
const user = JSON.stringify({ id: 'admin', kind: 'human', issuer: ISSUER, groups: ['admin'], roles: ['admin'], scopes: ['admin'] })

async function createGuarded (t: Test): Promise<Target> {
  return await createTarget(t, {
    jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] } }),
    // Fastify's own line of each request has the URL, and the token with it where somebody puts it there.
    isUrlLogged: false,
    routes (app, handler) {
      app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => { done(null, Object.fromEntries(new URLSearchParams(String(body)))) })
      app.route({ method: ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], url: '/', handler })
      app.get('/public', { config: { auth: 'public' } }, handler)
      app.get('/guarded/:id', { preHandler: [requireUser()] }, handler)
    }
  })
}

function withHeaders (headers: ReadonlyArray<readonly [string, string]>): readonly Attack[] {
  return headers.map(([name, value]) => ({ name: `${name}: ${value.slice(0, 40).replace(token, 'token')}`, request: { url: '/', headers: { [name]: value } }, ...missing }))
}

function withRequests (requests: ReadonlyArray<readonly [string, InjectOptions]>): readonly Attack[] {
  return requests.map(([name, request]) => ({ name, request: { url: '/', ...request }, ...missing }))
}

t.test('a good token in places that are not enabled (RFC 6750, 2.2, 2.3 and 5.3; RFC 9700, 4.3.2)', async t => {
  const headers = [
    'Proxy-Authorization', 'X-Authorization', 'X-Forwarded-Authorization', 'X-Original-Authorization', 'X-Auth', 'X-Auth-Token', 'X-Access-Token', 'X-Token',
    'X-Api-Key', 'X-JWT', 'X-JWT-Assertion', 'X-ID-Token', 'Access-Token', 'Token', 'Bearer', 'JWT', 'DPoP',
    'Authentication', 'Authorization-Info', 'Authorisation', 'Authorizatio', 'Authorizations', 'X-Amzn-Oidc-Data', 'X-Amzn-Oidc-Accesstoken', 'X-Goog-Iap-Jwt-Assertion',
    'Cf-Access-Jwt-Assertion', 'X-MS-Token-Aad-Access-Token', 'X-Serverless-Authorization', 'X-Endpoint-Api-Userinfo', 'X-Forwarded-Access-Token', 'X-Firebase-Appcheck',
    'Sec-WebSocket-Protocol', 'User-Agent', 'Referer', 'From', 'Origin'
  ]
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const boundary = ['--b', 'Content-Disposition: form-data; name="access_token"', '', token, '--b--', ''].join('\r\n')
  await attackAll(t, await createGuarded(t), {
    control: token,
    attacks: [
      ...withHeaders(headers.flatMap(name => [[name, token], [name, `Bearer ${token}`]] as const)),
      ...withHeaders([
        'access_token', 'token', 'jwt', 'id_token', 'session', 'Authorization', '__Host-access_token'
      ].flatMap(name => [['Cookie', `${name}=${token}`], ['Cookie', `${name}=Bearer%20${token}; x=y`]] as const)),
      ...withRequests([
        'access_token', 'token', 'jwt', 'id_token', 'auth', 'authorization', 'Authorization', 'bearer', 'api_key', 'headers[authorization]'
      ].map(name => [`query ${name}`, { url: `/?${name}=${token}` }] as const)),
      ...withRequests([
        ['query access_token twice', { url: `/?access_token=${token}&access_token=x` }],
        ['fragment', { url: `/#access_token=${token}` }],
        ['path parameter', { url: `/guarded/${token.slice(0, 90)}` }],
        ['matrix parameter', { url: `/guarded/1;access_token=${token.slice(0, 60)}` }],
        ['form body', { method: 'POST', headers: form, payload: `access_token=${token}` }],
        ['form body, PUT', { method: 'PUT', headers: form, payload: `access_token=${token}` }],
        ['form body, GET', { method: 'GET', headers: form, payload: `access_token=${token}` }],
        ['JSON body', { method: 'POST', payload: { access_token: token, token, authorization: `Bearer ${token}`, headers: { authorization: `Bearer ${token}` } } }],
        ['multipart body', { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, payload: boundary }],
        ['text body', { method: 'POST', headers: { 'content-type': 'text/plain' }, payload: `Bearer ${token}` }],
        ['body that nobody can read', { method: 'POST', headers: { 'content-type': 'application/json' }, payload: '{"access_token"' }],
        ['as user and password in Basic', { headers: { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` } }]
      ]),
      { name: 'trailer (RFC 9110, 6.5.1)', wire: `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n0\r\nAuthorization: Bearer ${token}\r\n\r\n`, ...missing },
      { name: 'chunk extension', wire: `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0;authorization="Bearer ${token}"\r\n\r\n`, ...missing },
      { name: 'user of an absolute URL (RFC 9110, 4.2.4)', wire: `GET http://${token}@api.example/ HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n`, ...missing },
      { name: 'underscore in the name (CVE-2025-64484)', wire: `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nHTTP_AUTHORIZATION: Bearer ${token}\r\n\r\n`, ...missing },
      { name: 'options of a WebSocket offer', wire: `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nSec-WebSocket-Protocol: bearer, ${token}\r\n\r\n`, ...missing }
    ]
  })
})

t.test('identities that the client claims for himself (ASVS 4.1.3; CVE-2025-64484)', async t => {
  const names = [
    'X-User', 'X-User-Id', 'X-User-Name', 'X-User-Email', 'X-Username', 'X-Remote-User', 'Remote-User', 'REMOTE_USER', 'X-Auth-User', 'X-Auth-Request-User',
    'X-Auth-Request-Email', 'X-Authenticated-User', 'X-Authenticated-Userid', 'X-Forwarded-User', 'X-Forwarded-Email', 'X-Forwarded-Preferred-Username',
    'X-Forwarded-Groups', 'X-WebAuth-User', 'X-Webauth-Role', 'X-Consumer-Username', 'X-Consumer-Id', 'X-Credential-Identifier', 'X-Anonymous-Consumer',
    'X-Goog-Authenticated-User-Email', 'X-Amzn-Oidc-Identity', 'X-MS-Client-Principal', 'X-MS-Client-Principal-Id', 'X-Client-Cert', 'X-SSL-Client-Verify',
    'X-SSL-Client-S-DN', 'X-Forwarded-Client-Cert', 'X-Role', 'X-Roles', 'X-Groups', 'X-Permissions', 'X-Scopes', 'X-Tenant-Id', 'X-Is-Admin', 'X-Admin', 'X-Debug',
    'X-Internal', 'X-Internal-Request', 'X-Bypass-Auth', 'X-Skip-Auth', 'X-Disable-Auth', 'X-Test-User', 'X-Inject-User', 'Light-My-Request', 'From', 'Via',
    'Impersonate-User', 'X-Impersonate', 'Sudo', 'X-Act-As'
  ]
  const members = encode({ sub: 'admin', roles: ['admin'] })
  await attackAll(t, await createGuarded(t), {
    control: token,
    attacks: [
      ...withHeaders(names.flatMap(name => [[name, 'admin'], [name, 'true']] as const)),
      ...withHeaders([
        ['X-User', user], ['X-MS-Client-Principal', members], ['X-Amzn-Oidc-Data', `eyJhbGciOiJub25lIn0.${members}.`], ['Cookie', 'user=admin; role=admin; isAdmin=1'],
        ['Cookie', `user=${encodeURIComponent(user)}`], ['X-Endpoint-Api-Userinfo', members]
      ]),
      ...withRequests([
        ['query user', { url: `/?user=${encodeURIComponent(user)}` }],
        ['query __proto__', { url: '/?__proto__[user]=admin&constructor[prototype][user]=admin' }],
        ['body user', { method: 'POST', payload: { user: JSON.parse(user), userId: 'admin' } }],
        ['body with Fastify\'s own names', { method: 'POST', payload: { routeOptions: { config: { auth: 'public' } }, config: { auth: 'public' } } }]
      ])
    ]
  })
})

t.test('what proxies and clients say of the request decides nothing (CVE-2023-27487, CVE-2026-40575, CVE-2026-76835, CVE-2026-34457)', async t => {
  const urls = [
    'X-Original-URL', 'X-Original-Uri', 'X-Original-Path', 'X-Rewrite-URL', 'X-Forwarded-Uri', 'X-Forwarded-Path', 'X-Forwarded-Prefix', 'X-Envoy-Original-Path',
    'X-Auth-Request-Redirect', 'X-Accel-Redirect', 'X-Sendfile', 'X-Proxy-Url', 'Request-Uri', 'Base-Url', 'Destination', 'Referer', 'Location', 'X-Override-URL',
    'X-HTTP-DestinationURL'
  ]
  const addresses = [
    'X-Forwarded-For', 'X-Real-Ip', 'X-Client-Ip', 'X-Cluster-Client-Ip', 'X-Originating-Ip', 'X-Remote-Ip', 'X-Remote-Addr', 'True-Client-Ip', 'Cf-Connecting-Ip',
    'Forwarded', 'Fastly-Client-Ip', 'X-Custom-Ip-Authorization', 'X-ProxyUser-Ip'
  ]
  const methods = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']
  await attackAll(t, await createGuarded(t), {
    control: token,
    attacks: [
      ...withHeaders(urls.flatMap(name => [[name, '/public'], [name, 'http://api.example/public']] as const)),
      ...withHeaders(addresses.flatMap(name => [[name, '127.0.0.1'], [name, 'for=127.0.0.1;proto=https;host=localhost']] as const)),
      ...withHeaders(methods.flatMap(name => [[name, 'OPTIONS'], [name, 'HEAD']] as const)),
      ...withHeaders([
        ['Host', 'localhost'], ['Host', '127.0.0.1:80'], ['X-Forwarded-Host', 'localhost'], ['X-Forwarded-Proto', 'https'], ['X-Forwarded-Port', '443'],
        ['User-Agent', 'ELB-HealthChecker/2.0'], ['User-Agent', 'GoogleHC/1.0'], ['User-Agent', 'kube-probe/1.32'],
        ['User-Agent', 'GoogleStackdriverMonitoring-UptimeChecks'], ['Origin', 'null'], ['Origin', 'http://localhost'], ['Sec-Fetch-Site', 'same-origin'],
        ['Sec-Fetch-Mode', 'navigate'], ['X-Requested-With', 'XMLHttpRequest'], ['Accept', 'text/html'], ['Upgrade-Insecure-Requests', '1'], ['Purpose', 'prefetch'],
        ['Range', 'bytes=0-0'], ['If-None-Match', '*'], ['Cache-Control', 'only-if-cached'], ['Accept-Version', '1.0.0']
      ]),
      ...withRequests([
        [
          'OPTIONS as a preflight',
          { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' } }
        ],
        ['OPTIONS as it is', { method: 'OPTIONS' }],
        ['DELETE', { method: 'DELETE' }],
        ['POST with method in the query', { method: 'POST', url: '/?_method=OPTIONS' }],
        ['query that looks public', { url: '/?/public' }],
        ['path through the public one', { url: '/guarded/..%2Fpublic' }],
        ['path and fragment', { url: '/guarded/1#/public' }]
      ]),
      { name: 'absolute form (RFC 9112, 3.2.2; CVE-2026-85184)', wire: 'GET http://localhost/guarded/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', ...missing },
      { name: 'absolute form, another host', wire: 'GET http://evil.example/guarded/1?/public HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', ...missing },
      { name: 'HTTP/1.0', wire: 'GET / HTTP/1.0\r\n\r\n', ...missing },
      { name: 'Expect: 100-continue', wire: 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}', ...missing }
    ]
  })
})
