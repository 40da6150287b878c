import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  domainNameSchema,
  durationBetween,
  durationSchema,
  feedIdSchema,
  httpsUrlSchema,
  listOrAllSchema,
  macAddressSchema,
  machineIdSchema,
  operationIdSchema,
  parseDurationMs,
  parseTimeMs,
  sha256Schema,
  tenantIdSchema,
  timeSchema,
  toTime,
} from '../../../shared/contract/primitives.ts';

const taken = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe('ids and hashes', () => {
  it('are taken in any letter case and kept in lower case', () => {
    expect(tenantIdSchema.parse('6F1C0000-0000-4000-8000-00000000A001')).toBe('6f1c0000-0000-4000-8000-00000000a001');
    expect(machineIdSchema.parse('AB'.repeat(20))).toBe('ab'.repeat(20));
    expect(sha256Schema.parse('Fe'.repeat(32))).toBe('fe'.repeat(32));
  });

  it.each(['00:1A:2b:33:44:55', '00-1A-2b-33-44-55', '001A2b334455'])('MAC address %s', (mac) => {
    expect(macAddressSchema.parse(mac)).toBe('001a2b334455');
  });

  it.each(['00:1a-2b:33:44:55', '00:1a:2b:33:44', '001a2b33445g', '001a.2b33.4455'])('not a MAC address: %s', (mac) => {
    expect(taken(macAddressSchema, mac)).toBe(false);
  });

  it.each([
    ['{6f1c0000-0000-4000-8000-00000000a001}', tenantIdSchema],
    ['6f1c0000000040008000000000000001', tenantIdSchema],
    ['6f1c0000-0000-4000-8000-00000000a001\n', tenantIdSchema],
    ['Phishing', feedIdSchema],
    ['a/b', feedIdSchema],
    ['', feedIdSchema],
    ['a'.repeat(41), feedIdSchema],
    ['op_1k7d2mqn3xzrj5tvwy6bcafhge', operationIdSchema],
    ['op_4k7d2mqn3xzrj5tvwy6bcafhg', operationIdSchema],
    ['ab'.repeat(32), machineIdSchema],
  ])('refused: %j', (id, schema) => {
    expect(taken(schema, id)).toBe(false);
  });
});

describe('times', () => {
  it.each([
    ['2026-11-20T10:00:05Z', Date.UTC(2026, 10, 20, 10, 0, 5)],
    ['2026-11-20T10:00:05.7Z', Date.UTC(2026, 10, 20, 10, 0, 5, 700)],
    ['2026-11-20T10:00:05.7659999Z', Date.UTC(2026, 10, 20, 10, 0, 5, 765)],
    ['2028-02-29T23:59:59.9999999Z', Date.UTC(2028, 1, 29, 23, 59, 59, 999)],
  ])('%s stays the text it was', (time, ms) => {
    expect(timeSchema.parse(time)).toBe(time);
    expect(parseTimeMs(time)).toBe(ms);
  });

  it.each([
    '2026-11-20',
    '2026-11-20T10:00Z',
    '2026-11-20T10:00:05',
    '2026-11-20T10:00:05z',
    '2026-11-20t10:00:05Z',
    '2026-11-20 10:00:05Z',
    '2026-11-20T10:00:05+00:00',
    '2026-11-20T10:00:05.Z',
    '2026-11-20T10:00:05.12345678Z',
    '2026-02-29T10:00:05Z',
    '2026-04-31T10:00:05Z',
    '2026-13-01T10:00:05Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T23:59:60Z',
    '2026-11-20T10:00:05Z\n',
  ])('refused: %j', (time) => {
    expect(taken(timeSchema, time)).toBe(false);
  });

  it('are written so that they are taken again, with the same milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        expect(parseTimeMs(timeSchema.parse(toTime(ms)))).toBe(ms);
      }),
    );
    expect(toTime(Date.UTC(2026, 10, 20))).toBe('2026-11-20T00:00:00Z');
  });

  it('other text has no milliseconds', () => {
    expect(() => parseTimeMs('now')).toThrow(RangeError);
    expect(() => parseDurationMs('4h')).toThrow(RangeError);
  });
});

describe('durations', () => {
  it.each([
    ['PT0S', 0],
    ['PT5M', 300_000],
    ['PT4H', 14_400_000],
    ['P1D', 86_400_000],
    ['P2W', 1_209_600_000],
    ['P1DT12H30M5S', 131_405_000],
    ['PT90M', 5_400_000],
  ])('%s', (duration, ms) => {
    expect(durationSchema.parse(duration)).toBe(duration);
    expect(parseDurationMs(duration)).toBe(ms);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    'P1M',
    'P1Y',
    'PT1.5H',
    '-PT1H',
    'PT1S1M',
    'pt1h',
    '1h',
    'P1H',
    'PT1D',
    'PT9999999999S',
  ])('refused: %j', (duration) => {
    expect(taken(durationSchema, duration)).toBe(false);
  });

  it('both ends of a window are in it', () => {
    const window = durationBetween('PT5M', 'P7D');
    expect(['PT5M', 'PT300S', 'P7D', 'P1W'].map((duration) => taken(window, duration))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['PT299S', 'P7DT1S', 'PT0S', 'soon'].map((duration) => taken(window, duration))).not.toContain(true);
  });
});

describe('addresses and lists', () => {
  it.each(['https://contoso.example/defender', 'https://contoso.example', 'HTTPS://contoso.example/a?b=c#d'])(
    'taken: %s',
    (url) => {
      expect(httpsUrlSchema.parse(url)).toBe(url);
    },
  );

  it.each([
    'http://contoso.example',
    'contoso.example',
    'https:/contoso.example',
    'https:///contoso.example',
    'https://ana:secret@contoso.example',
    'https://contoso.example/a b',
    'https://contoso.example\\@other.example',
    'javascript:alert(1)',
    ' https://contoso.example',
    'https://',
  ])('refused: %j', (url) => {
    expect(taken(httpsUrlSchema, url)).toBe(false);
  });

  it.each(['Contoso.example', 'a.b.c.example', 'xn--bcher-kva.example', '_dmarc.contoso.example'])(
    'name: %s',
    (name) => {
      expect(domainNameSchema.parse(name)).toBe(name.toLowerCase());
    },
  );

  it.each([
    'contoso',
    '.example',
    'contoso..example',
    '-a.example',
    'a b.example',
    `${'a'.repeat(64)}.example`,
    '*.contoso.example',
  ])('not a name: %j', (name) => {
    expect(taken(domainNameSchema, name)).toBe(false);
  });

  it('All or a list', () => {
    const schema = listOrAllSchema(feedIdSchema);
    expect(['All', [], ['a', 'b']].map((value) => taken(schema, value))).toEqual([true, true, true]);
    expect(['all', 'a', ['A'], null, {}].map((value) => taken(schema, value))).not.toContain(true);
  });
});
