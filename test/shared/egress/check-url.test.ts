import { describe, expect, it } from 'vitest';
import { checkUrl } from '../../../shared/egress/check-url.ts';

const refused: readonly string[] = [
  // Not https on 443.
  ...[
    'http://feeds.example',
    'ftp://feeds.example',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
    'gopher://feeds.example',
  ],
  ...[
    'https://feeds.example:8443/',
    'https://feeds.example:80/',
    'https://feeds.example:22/',
    '//feeds.example',
    'feeds.example',
    '',
  ],
  // Users and oddities.
  ...[
    'https://ana@feeds.example/',
    'https://ana:pass@feeds.example/',
    'https://:pass@feeds.example/',
    'https://',
    'https://?',
    'https:///',
  ],
  ...[
    'https://feeds.example:443@127.0.0.1/',
    'https://127.0.0.1\\@feeds.example/',
    'https://feeds.example:99999/',
    'https://a b.example/',
  ],
  // Loopback in every spelling.
  ...[
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.0.0.1./',
    'https://0x7f.1/',
    'https://0x7f000001/',
    'https://2130706433/',
  ],
  ...[
    'https://0177.0.0.1/',
    'https://①②⑦.0.0.1/',
    'https://127。0。0。1/',
    'https://%31%32%37.0.0.1/',
    'https://0/',
    'https://0.0.0.0/',
  ],
  ...[
    'https://[::1]/',
    'https://[::]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
  ],
  ...[
    'https://[::7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
  ],
  // Private networks and platforms.
  ...[
    'https://10.0.0.5/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
  ],
  ...[
    'https://168.63.129.16/',
    'https://[::ffff:168.63.129.16]/',
    'https://192.0.2.7/',
    'https://203.0.113.7/',
    'https://224.0.0.1/',
  ],
  // Names that stay at home.
  ...[
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://a.localhost/',
    'https://printer.local/',
    'https://intranet/',
  ],
  ...['https://metadata.google.internal/', 'https://router.home.arpa/', 'https://ｌｏｃａｌｈｏｓｔ/'],
  // Too long.
  `https://feeds.example/${'a'.repeat(2_048)}`,
];

describe('checkUrl', () => {
  it.each(refused)('refuses %s', (url) => expect(checkUrl(url, []).ok).toBe(false));

  it.each([
    ['https://feeds.example/month.csv?a=b', 'https://feeds.example/month.csv?a=b'],
    ['https://feeds.example:443/', 'https://feeds.example/'],
    ['HTTPS://FEEDS.example./x', 'https://feeds.example./x'],
    ['https://feeds.example/#part', 'https://feeds.example/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
    ['https://localhost.example/', 'https://localhost.example/'],
    ['https://1.example/', 'https://1.example/'],
  ])('takes %s', (text, href) => {
    expect(checkUrl(text, [])).toMatchObject({ ok: true, isExempt: false, url: { href } });
  });

  it.each(['https://app.contoso.example/', 'https://APP.contoso.example./api/v1/ready'])(
    'refuses ourselves: %s',
    (url) => {
      expect(checkUrl(url, [], 'app.contoso.example').ok).toBe(false);
      expect(checkUrl('https://soar.contoso.example/', [], 'app.contoso.example').ok).toBe(true);
    },
  );

  it('exempts an allowed origin, that one alone, and never a user', () => {
    const allowed = ['http://127.0.0.1:7081'];
    expect(checkUrl('http://127.0.0.1:7081/list.txt', allowed)).toMatchObject({ ok: true, isExempt: true });
    expect(checkUrl('http://127.1:7081/list.txt', allowed)).toMatchObject({ ok: true, isExempt: true });
    expect(checkUrl('https://127.0.0.1:7081/list.txt', allowed).ok).toBe(false);
    expect(checkUrl('http://127.0.0.1:7082/list.txt', allowed).ok).toBe(false);
    expect(checkUrl('http://127.0.0.1:7081@127.0.0.1:7082/', allowed).ok).toBe(false);
    expect(checkUrl('http://ana@127.0.0.1:7081/list.txt', allowed).ok).toBe(false);
  });
});
