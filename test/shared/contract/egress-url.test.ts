import { describe, expect, it } from 'vitest';
import { egressUrlErrors } from '../../../shared/contract/egress-url.ts';

const local = ['http://127.0.0.1:7081', 'https://127.0.0.1:7443'];

describe('an address we are to call', () => {
  it.each([
    'https://feeds.example/month.csv',
    'https://feeds.example:443/month.csv',
    'https://8.8.8.8/list.txt',
    'https://[2a00:1450:4001:800::200e]/list.txt',
    'http://127.0.0.1:7081/feed.json',
    'https://127.0.0.1:7443/feed.json',
  ])('%s is fine', (url) => {
    expect(egressUrlErrors(url, '#/source/url', local)).toEqual([]);
  });

  it.each([
    ['http://feeds.example/', 'invalid_format'],
    ['https://feeds.example:8443/', 'invalid_value'],
    ['http://127.0.0.1:7082/', 'invalid_format'],
    ['https://127.0.0.1/', 'invalid_value'],
    ['https://10.0.0.5/', 'invalid_value'],
    ['https://169.254.169.254/metadata', 'invalid_value'],
    ['https://100.64.0.1/', 'invalid_value'],
    ['https://0.0.0.0/', 'invalid_value'],
    ['https://2130706433/', 'invalid_value'],
    ['https://0x7f.1/', 'invalid_value'],
    ['https://[::1]/', 'invalid_value'],
    ['https://[fd00::1]/', 'invalid_value'],
    ['https://[::ffff:10.0.0.5]/', 'invalid_value'],
    ['https://203.0.113.9/', 'invalid_value'],
    ['https://168.63.129.16/', 'invalid_value'],
    ['https://[::7f00:1]/', 'invalid_value'],
    ['https://[64:ff9b::7f00:1]/', 'invalid_value'],
    ['https://[5f00::1]/', 'invalid_value'],
    ['https://192.31.196.1/', 'invalid_value'],
  ])('%s is refused', (url, code) => {
    expect(egressUrlErrors(url, '#/source/url', local)).toMatchObject([{ pointer: '#/source/url', code }]);
  });
});
