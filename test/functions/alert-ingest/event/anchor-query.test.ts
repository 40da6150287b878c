import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEvidenceQuery, toNearestQuery } from '../../../../functions/alert-ingest/event/anchor-query.ts';
import { quoteKql, quoteKqlList } from '../../../../functions/alert-ingest/event/quote-kql.ts';
import type { Evidence } from '../../../../shared/contract/evidence.ts';
import type { MachineSelector } from '../../../../shared/contract/machine-selector.ts';
import { createKqlParser } from '../../../builders/kql.ts';

const parse = createKqlParser();
const machineId = 'a'.repeat(40);
const eventTime = '2026-11-20T10:00:05.7654321Z';
const sha1 = 'b'.repeat(40);
const sha256 = 'c'.repeat(64);
const alertWith = (evidence: readonly Evidence[], machine: MachineSelector = { id: machineId }) => ({
  ...{ eventTime, evidence, machine },
});
const queryOf = (...evidence: readonly Evidence[]): string =>
  toEvidenceQuery(alertWith(evidence), { id: machineId }) ?? '';

/** `"` to `"` is one literal, in which `\` takes the next character with it: the query with its literals taken out. */
function withoutLiterals(query: string): string {
  let rest = '';
  for (let at = 0; at < query.length; at += 1) {
    if (query[at] !== '"') {
      rest += query[at] ?? '';
      continue;
    }
    at += 1;
    while (at < query.length && query[at] !== '"') {
      if (query[at] === '\n' || query[at] === '\r') return `${rest}a line ends within a literal`;
      at += query[at] === '\\' ? 2 : 1;
    }
    if (at >= query.length) return `${rest}a literal without an end`;
    rest += '""';
  }
  return rest;
}

const anyText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }),
  fc.string({
    minLength: 1,
    maxLength: 20,
    unit: fc.constantFrom(
      '\\',
      '"',
      "'",
      '`',
      '\n',
      '\r',
      '\t',
      '\0',
      '|',
      '(',
      ')',
      ';',
      '/',
      '@',
      '~',
      ' ',
      '\u2028',
      '\u0085',
      '\ud800',
      'x',
    ),
  }),
  fc.constantFrom(
    '" | take 1',
    '"; DeviceInfo //',
    '\\',
    '\\"',
    "@'",
    '```',
    '" or true or "',
    '\\u0022',
    '") | union (DeviceInfo',
    'h"x"',
    '"""',
  ),
);

describe('quoteKql', () => {
  it.each([
    ['', '""'],
    ['a', '"a"'],
    ['"', '"\\""'],
    ['\\', '"\\\\"'],
    ["'`~@", '"\'`~@"'],
    ['a\nb', '"a\\u000ab"'],
    ['é', '"\\u00e9"'],
    ['😀', '"\\ud83d\\ude00"'],
    ['\ud800', '"\\ufffd"'],
  ])('%j', (text, literal) => {
    expect(quoteKql(text)).toBe(literal);
  });

  it('gives a literal that Microsoft reads as the text it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { errors, texts } = parse(`DeviceEvents | where FileName == ${quoteKql(text)}`);
        expect([errors, texts]).toEqual([[], [text.toWellFormed()]]);
      }),
    );
  });

  it('lists each once', () => {
    expect(quoteKqlList(['a', 'b', 'a'])).toBe('("a", "b")');
  });
});

describe('toEvidenceQuery', () => {
  const legs = (query: string): readonly string[] => [
    ...new Set(
      [
        ...query.matchAll(
          /\((\w+) \| where [^|]*?(?:\| where ([^|]*?) )?\| top 10 by Timestamp (?:asc|desc) \| project [^|]*?Rank = (\d)/g,
        ),
      ].map(([, table, where, rank]) => `${rank} ${table}: ${where}`),
    ),
  ];
  const file = `SHA1 in~ ("${sha1}") or SHA256 in~ ("${sha256}")`;
  const acting = `InitiatingProcessSHA1 in~ ("${sha1}") or InitiatingProcessSHA256 in~ ("${sha256}")`;
  const ip = 'RemoteIP in~ ("203.0.113.9", "::ffff:203.0.113.9")';
  const every = ['Process', 'Network', 'File', 'ImageLoad', 'Logon', 'Registry', ''].map(
    (name) => `Device${name}Events`,
  );
  const processes = (own: string, by: string): readonly string[] => [
    `1 DeviceProcessEvents: ${own}`,
    ...every.map((table) => `2 ${table}: ${by}`),
  ];
  const url = (...texts: readonly string[]): string => `RemoteUrl in~ (${texts.map((text) => `"${text}"`).join(', ')})`;
  const named = 'AdditionalFields contains "\\"bad.example\\""';
  const starts = ['https://', 'http://', '']
    .flatMap((scheme) => [`${scheme}bad.example/`, `${scheme}bad.example:`])
    .map((prefix) => `RemoteUrl startswith "${prefix}"`)
    .join(' or ');
  const own = ['Process', 'Logon', ''].map((name) => `Device${name}Events`);
  const users = (conditionOf: (prefix: string) => string): readonly string[] =>
    every.map((table) => {
      const by = conditionOf('InitiatingProcessAccount');
      return `3 ${table}: ${own.includes(table) ? `${conditionOf('Account')} or ${by}` : by}`;
    });

  it.each<readonly [string, Evidence, readonly string[]]>([
    [
      'an address',
      { entityType: 'Ip', ipAddress: '203.0.113.9' },
      [`1 DeviceNetworkEvents: ${ip}`, `1 DeviceLogonEvents: ${ip}`, `1 DeviceEvents: ${ip}`],
    ],
    [
      'a file',
      { entityType: 'File', sha1, sha256 },
      [
        `1 DeviceProcessEvents: ${file}`,
        `1 DeviceFileEvents: ${file}`,
        `1 DeviceImageLoadEvents: ${file}`,
        `1 DeviceEvents: ${file}`,
        ...every.map((table) => `2 ${table}: ${acting}`),
      ],
    ],
    [
      'a file with its path',
      { entityType: 'File', sha1, fileName: 'a.dll', filePath: '\\\\srv\\x\\a.dll' },
      [
        ...['Process', 'File', 'ImageLoad', ''].map(
          (name) =>
            `1 Device${name}Events: SHA1 in~ ("${sha1}") or (FolderPath =~ "\\\\\\\\srv\\\\x\\\\a.dll" and SHA1 == "" and SHA256 == "")`,
        ),
        ...every.map((table) => `2 ${table}: InitiatingProcessSHA1 in~ ("${sha1}")`),
      ],
    ],
    [
      'a domain',
      { entityType: 'Url', url: 'bad.example' },
      ['Network', ''].map((table) => `1 Device${table}Events: ${url('bad.example')} or ${starts} or ${named}`),
    ],
    [
      'a URL',
      { entityType: 'Url', url: 'https://bad.example/x?y' },
      ['Network', ''].map(
        (table) =>
          `1 Device${table}Events: ${url('https://bad.example/x?y', 'bad.example/x?y', 'bad.example')} or ${named}`,
      ),
    ],
    [
      'a long URL',
      { entityType: 'Url', url: `https://bad.example/${'x'.repeat(600)}` },
      ['Network', ''].map((table) => `1 Device${table}Events: ${url('bad.example')} or ${named}`),
    ],
    [
      'a process by id',
      { entityType: 'Process', processId: 4711 },
      processes('(ProcessId == 4711)', '(InitiatingProcessId == 4711)'),
    ],
    [
      'a process by id and name',
      { entityType: 'Process', processId: 4711, fileName: 'C:\\x\\a.exe', processCommandLine: 'a' },
      processes(
        '(ProcessId == 4711 and FileName =~ "a.exe")',
        '(InitiatingProcessId == 4711 and InitiatingProcessFileName =~ "a.exe")',
      ),
    ],
    [
      'a process by id and command line',
      { entityType: 'Process', processId: 4711, processCommandLine: 'a b' },
      processes(
        '(ProcessId == 4711 and ProcessCommandLine =~ "a b")',
        '(InitiatingProcessId == 4711 and InitiatingProcessCommandLine =~ "a b")',
      ),
    ],
    [
      'a process by id and creation',
      { entityType: 'Process', processId: 4, processCreationTime: '2026-11-20T10:00:00Z' },
      processes(
        '(ProcessId == 4 and ProcessCreationTime between (datetime(2026-11-20T09:59:59.0000000Z) .. datetime(2026-11-20T10:00:01.0000000Z)))',
        '(InitiatingProcessId == 4 and InitiatingProcessCreationTime between (datetime(2026-11-20T09:59:59.0000000Z) .. datetime(2026-11-20T10:00:01.0000000Z)))',
      ),
    ],
    [
      'a process by command line',
      { entityType: 'Process', processCommandLine: 'a b', fileName: 'a' },
      processes(
        '(ProcessCommandLine =~ "a b" and FileName =~ "a")',
        '(InitiatingProcessCommandLine =~ "a b" and InitiatingProcessFileName =~ "a")',
      ),
    ],
    [
      'a process by hash',
      { entityType: 'Process', sha1 },
      processes(`(SHA1 =~ "${sha1}")`, `(InitiatingProcessSHA1 =~ "${sha1}")`),
    ],
    [
      'a process by a long command line',
      { entityType: 'Process', processCommandLine: 'x'.repeat(2000), sha256 },
      processes(`(SHA256 =~ "${sha256}")`, `(InitiatingProcessSHA256 =~ "${sha256}")`),
    ],
    [
      'a user',
      { entityType: 'User', accountName: 'ana', domainName: 'example.test' },
      users((prefix) => `(${prefix}Name =~ "ana" and ${prefix}Domain in~ ("example.test", "example"))`),
    ],
    ['a SID', { entityType: 'User', userSid: 'S-1-5-18' }, users((prefix) => `${prefix}Sid in~ ("S-1-5-18")`)],
    [
      'a principal',
      { entityType: 'User', userPrincipalName: 'ana@example.test' },
      every.map((table) => {
        const by = 'InitiatingProcessAccountUpn in~ ("ana@example.test")';
        return `3 ${table}: ${table === 'DeviceProcessEvents' ? `AccountUpn in~ ("ana@example.test") or ${by}` : by}`;
      }),
    ],
    [
      'a defanged URL',
      { entityType: 'Url', url: 'hxxp://bad[.]example/x' },
      ['Network', ''].map(
        (table) => `1 Device${table}Events: ${url('http://bad.example/x', 'bad.example/x', 'bad.example')} or ${named}`,
      ),
    ],
    [
      'a URL without a host',
      { entityType: 'Url', url: 'http://' },
      ['Network', ''].map((table) => `1 Device${table}Events: ${url('http://')}`),
    ],
    [
      'a URL with an address',
      { entityType: 'Url', url: 'http://203.0.113.9:8080/x' },
      [
        `1 DeviceNetworkEvents: ${ip} or ${url('http://203.0.113.9:8080/x', '203.0.113.9:8080/x', '203.0.113.9')} or ${named.replace('bad.example', '203.0.113.9')}`,
        `1 DeviceLogonEvents: ${ip}`,
        `1 DeviceEvents: ${ip} or ${url('http://203.0.113.9:8080/x', '203.0.113.9:8080/x', '203.0.113.9')} or ${named.replace('bad.example', '203.0.113.9')}`,
      ],
    ],
    [
      'a name with a dot at its end',
      { entityType: 'Url', url: 'bad.example.' },
      ['Network', ''].map(
        (table) => `1 Device${table}Events: ${url('bad.example.', 'bad.example')} or ${starts} or ${named}`,
      ),
    ],
    [
      'an address in a long spelling',
      { entityType: 'Ip', ipAddress: '2001:DB8:0:0:0:0:0:1' },
      ['Network', 'Logon', ''].map(
        (table) => `1 Device${table}Events: RemoteIP in~ ("2001:db8:0:0:0:0:0:1", "2001:db8::1")`,
      ),
    ],
    [
      'an address with its zone',
      { entityType: 'Ip', ipAddress: 'fe80::1%12' },
      ['Network', 'Logon', ''].map((table) => `1 Device${table}Events: RemoteIP in~ ("fe80::1%12", "fe80::1")`),
    ],
  ])('%s', (_name, evidence, expected) => {
    expect(legs(queryOf(evidence))).toEqual(expected);
    expect(parse(queryOf(evidence)).errors).toEqual([]);
  });

  it.each<readonly [string, readonly Evidence[]]>([
    ['no evidence', []],
    ['nothing to tell it by', [{ entityType: 'Process', processCommandLine: 'x'.repeat(2000) }]],
  ])('asks nothing: %s', (_name, evidence) => {
    expect(toEvidenceQuery(alertWith(evidence), { id: machineId })).toBeUndefined();
  });

  it('leaves out what names the machine itself: products report both ends of a connection', () => {
    const remote: Evidence = { entityType: 'Ip', ipAddress: '203.0.113.9' };
    const ends: readonly Evidence[] = [
      remote,
      ...['10.0.0.5', '::ffff:10.0.0.5'].map((ipAddress): Evidence => ({ entityType: 'Ip', ipAddress })),
      ...['pc1', 'PC1.example.test', 'https://pc1.example.test/x', 'http://10.0.0.5/'].map((name): Evidence => ({
        entityType: 'Url',
        url: name,
      })),
    ];
    const found = { id: machineId, computerDnsName: 'pc1.example.test' };
    expect(toEvidenceQuery(alertWith(ends, { ipAddress: '10.0.0.5' }), found)).toBe(queryOf(remote));
    expect(toEvidenceQuery(alertWith(ends.slice(1), { ipAddress: '10.0.0.5' }), found)).toBeUndefined();
  });

  it('asks around the time, on the machine, to the last digit', () => {
    const query = queryOf({ entityType: 'Ip', ipAddress: '203.0.113.9' });
    const on = `DeviceId == "${machineId}" and Timestamp >= datetime`;
    expect(query).toContain(
      `${on}(2026-11-20T09:00:05.7654321Z) and Timestamp < datetime(2026-11-20T10:00:05.7654321Z) |`,
    );
    expect(query).toContain(
      `${on}(2026-11-20T10:00:05.7654321Z) and Timestamp < datetime(2026-11-20T11:00:05.7654322Z) |`,
    );
    expect(() => toNearestQuery('now', machineId)).toThrow(RangeError);
  });

  it('is one query of bounded length, however much evidence there is', () => {
    const much = Array.from({ length: 50 }, (_none, n): Evidence => ({
      entityType: 'Url',
      url: `https://${n}.bad.example/${'x'.repeat(480)}`,
    }));
    const query = queryOf(...much);
    expect(query.split('\n')).toHaveLength(1);
    expect(query.length).toBeLessThan(300_000);
    expect(parse(query).errors).toEqual([]);
  });

  it('has one shape, whatever the strings are', () => {
    const strings = fc.record({ a: anyText, b: anyText, c: anyText, d: anyText, e: anyText, m: anyText });
    const build = ({ a, b, c, d, e, m }: Readonly<Record<'a' | 'b' | 'c' | 'd' | 'e' | 'm', string>>): string =>
      toEvidenceQuery(
        alertWith([
          { entityType: 'File', sha1: a, fileName: b },
          { entityType: 'Process', processCommandLine: c, fileName: `x${b.replaceAll(/[\\/]/g, '')}` },
          { entityType: 'User', accountName: d, domainName: `${e.replaceAll('.', '')}.x` },
          { entityType: 'User', userPrincipalName: e, userSid: a },
        ]),
        { id: m },
      ) ?? '';
    const plain = build({ a: 'a', b: 'b', c: 'c', d: 'd', e: 'e', m: 'm' });
    const shape = parse(plain).shape;
    fc.assert(
      fc.property(strings, (given) => {
        const query = build(given);
        expect(withoutLiterals(query)).toBe(withoutLiterals(plain));
        const parsed = parse(query);
        expect(parsed.errors).toEqual([]);
        expect(parsed.shape).toEqual(shape);
        expect(parsed.texts).toContain(given.c.toWellFormed());
      }),
      { numRuns: 20 },
    );
  });

  it('stays one query of known operators for any URL', () => {
    fc.assert(
      fc.property(anyText, (url) => {
        const query = queryOf({ entityType: 'Url', url });
        fc.pre(query !== ''); // of blanks alone: nothing is asked
        expect(withoutLiterals(query)).not.toContain('within a literal');
        const { errors, shape } = parse(query);
        expect(errors).toEqual([]);
        const operators = shape.filter((kind) => kind.endsWith('Operator'));
        expect(new Set(operators)).toEqual(
          new Set(['UnionOperator', 'FilterOperator', 'ProjectOperator', 'TopOperator']),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('toNearestQuery', () => {
  it('asks every table of events, a quarter of an hour around', () => {
    const query = toNearestQuery(eventTime, machineId);
    expect(parse(query).errors).toEqual([]);
    expect(query.match(/\(Device\w*Events \|/g)).toHaveLength(14);
    expect(query).toContain(
      'Timestamp >= datetime(2026-11-20T09:45:05.7654321Z) and Timestamp < datetime(2026-11-20T10:00:05.7654321Z)',
    );
    expect(query).toContain('Rank = 4');
  });
});
