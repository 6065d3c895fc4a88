import t from 'tap'

import { toNetwork } from '../../../lib/util/to-network.js'

t.test('an IPv4 address stands for itself, however it is written', async t => {
  t.equal(toNetwork('192.0.2.7'), '192.0.2.7')
  t.equal(toNetwork('::ffff:192.0.2.7'), '192.0.2.7')
  t.equal(toNetwork('::FFFF:192.0.2.7'), '192.0.2.7')
  t.not(toNetwork('192.0.2.7'), toNetwork('192.0.2.8'))
})

t.test('an IPv6 address stands for its first 64 bits, however it is written', async t => {
  for (const address of ['2001:db8:0:1::7', '2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:0DB8:0000:0001:0:0:0:7', '2001:db8:0:1::192.0.2.7', '2001:db8:0:1:1:2:192.0.2.7', '2001:db8:0:1::7%eth0']) {
    t.equal(toNetwork(address), '2001:db8:0:1::/64', address)
  }
  t.equal(toNetwork('::1'), '0:0:0:0::/64')
  t.equal(toNetwork('::'), '0:0:0:0::/64')
  t.equal(toNetwork('2001:db8::'), '2001:db8:0:0::/64')
  t.equal(toNetwork('fe80::1:2:3:4%en0'), 'fe80:0:0:0::/64')
  t.equal(toNetwork('1:2:3:4:5:6:7::'), '1:2:3:4::/64')
  t.not(toNetwork('2001:db8:0:1::'), toNetwork('2001:db8:0:2::'))
})

t.test('what is no address stands for itself', async t => {
  t.equal(toNetwork('unknown'), 'unknown')
  t.equal(toNetwork(''), '')
})
