import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../shared/egress/public-address.ts';

const notPublic = [
  // IPv4 with a special purpose, first and last of each block.
  [
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
  ],
  ['169.254.0.0', '169.254.169.254', '169.254.255.255', '172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.255'],
  [
    '192.0.2.0',
    '192.0.2.255',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.168.0.0',
    '192.168.255.255',
    '192.175.48.1',
  ],
  [
    '198.18.0.0',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.0',
    '255.255.255.255',
  ],
  // Azure's platform address.
  ['168.63.129.16'],
  // IPv6.
  [
    '::',
    '::1',
    '::2',
    '100::1',
    '2001::1',
    '2001:2::1',
    '2001:3::1',
    '2001:4:112::1',
    '2001:10::1',
    '2001:20::1',
    '2001:30::1',
  ],
  [
    '2001:db8::1',
    '2001:1ff::1',
    '3fff::1',
    '3fff:fff::1',
    '2620:4f:8000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
  ],
  ['febf::1', 'fec0::1', 'ff02::1', '4000::1', '1::1', '1fff::1'],
  // IPv4 inside IPv6.
  [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:168.63.129.16',
    '::ffff:a83f:8110',
    '::7f00:1',
    '::127.0.0.1',
  ],
  ['::808:808', '::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b::a83f:8110'],
  [
    '64:ff9b:1::7f00:1',
    '64:ff9b:1::808:808',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '2002:808:808::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  ],
  // No addresses, or written in ways that resolvers differ on.
  [
    '',
    ' ',
    'localhost',
    'example.com',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8.256',
    '8.8.8.8 ',
  ],
  ['[::1]', 'fe80::1%eth0', '2606:4700::1111%eth0', '2606:4700:::1', '1.2.3.4/32', '٨.8.8.8', '008.8.8.8'],
].flat();

const isPublic = [
  ['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.1'],
  [
    '168.63.129.15',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
  ],
  ['192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255', '203.0.112.1', '203.0.114.1'],
  ['2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450::1', '2003::1', '2001:200::1', '2001:db7::1', '3ffe::1'],
  ['::ffff:8.8.8.8', '::ffff:808:808', '64:ff9b::8.8.8.8', '64:ff9b::808:808'],
].flat();

describe('isPublicAddress', () => {
  it.each(notPublic)('not "%s"', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(isPublic)('%s', (address) => expect(isPublicAddress(address)).toBe(true));

  it('judges an IPv4 address the same however IPv6 carries it, and never better', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const expected = isPublicAddress(address);
        expect(isPublicAddress(`::ffff:${address}`)).toBe(expected);
        expect(isPublicAddress(`64:ff9b::${address}`)).toBe(expected);
        expect(isPublicAddress(`::${address}`)).toBe(false);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof isPublicAddress(text) === 'boolean'));
  });
});
