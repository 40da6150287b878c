import { describe, expect, test } from 'vitest';
import { selectIndicators } from '../../../../functions/indicator-sync/plan/select-indicators.ts';
import type { FeedWithVersion, SelectInput } from '../../../../functions/indicator-sync/plan/select-indicators.ts';
import type { AcceptedItem } from '../../../../functions/indicator-sync/feeds/feed-version.ts';
import { feedInputSchema } from '../../../../shared/contract/feed.ts';
import { tenantPolicySchema } from '../../../../shared/contract/tenant-policy.ts';
import type { WantedRow } from '../../../../shared/indicators/wanted-row.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const day = 24 * 3_600_000;
const tenantId = '6f1c0000-0000-4000-8000-00000000a001';

function item(indicatorValue: string, more: Partial<AcceptedItem> = {}): AcceptedItem {
  return { indicatorType: 'DomainName', indicatorValue, since: '2026-11-01T00:00:00Z', ...more };
}

function feed(feedId: string, items: readonly AcceptedItem[], document: Record<string, unknown> = {}): FeedWithVersion {
  const source = { kind: 'Push' };
  const input = feedInputSchema.parse({ displayName: `Feed ${feedId}`, source, ...document });
  return { feedId, feed: input, version: { state: { version: 17 }, items } };
}

function select(
  feeds: readonly FeedWithVersion[],
  indicators: Record<string, unknown> = {},
  more: Partial<SelectInput> = {},
) {
  const policy = tenantPolicySchema.parse({ indicators }).indicators;
  return selectIndicators({ tenantId, policy, feeds, direct: [], ownNames: [], now, ...more });
}

function direct(indicatorValue: string, more: Partial<WantedRow> = {}): WantedRow {
  return {
    ...{
      indicatorType: 'DomainName',
      indicatorValue,
      action: 'Block',
      severity: 'High',
      title: 'Case 17',
      description: 'Case 17',
    },
    ...{
      generateAlert: true,
      rbacGroupNames: [],
      owners: ['actions'],
      lifeMs: 30 * day,
      confidence: 100,
      sinceMs: now,
      why: 'actions: op',
    },
    ...more,
  };
}

describe('one feed', () => {
  test('what an item leaves out comes from the feed', () => {
    const { wanted, leftOut } = select([feed('phishing', [item('bad.example')])]);
    expect(leftOut).toEqual([]);
    expect(wanted).toEqual([
      {
        indicatorType: 'DomainName',
        indicatorValue: 'bad.example',
        action: 'Audit',
        severity: 'Medium',
        title: 'Feed phishing: bad.example',
        description: 'Reported by Feed phishing.',
        generateAlert: true,
        rbacGroupNames: [],
        owners: ['phishing'],
        lifeMs: 30 * day,
        confidence: 0,
        sinceMs: Date.parse('2026-11-01T00:00:00Z'),
        why: 'phishing: item bad.example, version 17; action Audit by the feed',
      },
    ]);
  });

  test('what an item says is said', () => {
    const said: Partial<AcceptedItem> & { readonly expirationTime: string } = {
      ...{ action: 'Block', severity: 'High', confidence: 85, title: '{feed}', description: 'D', generateAlert: false },
      ...{
        recommendedActions: 'R',
        mitreTechniques: ['T1071'] as readonly string[],
        externalId: 'ioc-1',
        expirationTime: '2026-11-25T00:00:00Z',
      },
    };
    const { wanted } = select([feed('phishing', [item('bad.example', said)])], { rbacGroupNames: ['Laptops'] });
    const { expirationTime, ...content } = said;
    expect(wanted).toMatchObject([
      {
        ...content,
        notAfterMs: Date.parse(expirationTime),
        changesAtMs: Date.parse(expirationTime),
        rbacGroupNames: ['Laptops'],
      },
    ]);
    expect(wanted[0]?.why).toBe('phishing: item ioc-1, version 17; action Block by the item');
  });

  test('what is filled into a template is not read again, and the text is cut', () => {
    const apply = { title: `${'{value}'.repeat(2)} {feed} {other}`, description: '{feed}'.repeat(100) };
    const odd = feed('x', [item('bad.example')], { displayName: '{value}', apply });
    expect(select([odd]).wanted[0]?.title).toBe('bad.examplebad.example {value} {other}');
    const long = select([feed('x', [item('bad.example')], { displayName: 'n'.repeat(200), apply })]).wanted[0];
    expect(long?.title).toHaveLength(38 + 193);
    expect(long?.description).toHaveLength(1000);
    const faces = select([
      feed('x', [item('bad.example')], { apply: { title: 'nn{feed}' }, displayName: '😀'.repeat(128) }),
    ]);
    expect(faces.wanted[0]?.title.isWellFormed()).toBe(true);
  });

  test('Audit forces an alert', () => {
    const { wanted } = select([
      feed('x', [item('a.example', { generateAlert: false })], { apply: { generateAlert: false } }),
    ]);
    expect(wanted[0]?.generateAlert).toBe(true);
  });

  test.each([
    ['P30D', undefined, 30],
    ['P90D', undefined, 90],
    ['P30D', 'P7D', 7],
    ['P7D', 'P60D', 60],
  ])('a row of a feed with %s and a choice of %s lives %i days', (expiresAfter, chosen, days) => {
    const feeds = { x: chosen === undefined ? {} : { expiresAfter: chosen } };
    const { wanted } = select([feed('x', [item('a.example')], { apply: { expiresAfter } })], { feeds });
    expect(wanted[0]?.lifeMs).toBe(days * day);
  });
});

describe('which action', () => {
  const rules = [
    { types: ['FileSha256'], minimumConfidence: 80, action: 'BlockAndRemediate' },
    { minimumConfidence: 50, action: 'Block' },
  ];
  const hash = (confidence?: number): Partial<AcceptedItem> => ({
    indicatorType: 'FileSha256',
    ...(confidence === undefined ? {} : { confidence }),
  });
  test.each<[string, Partial<AcceptedItem>, Record<string, unknown>, string, string]>([
    ['the first rule that fits', hash(80), {}, 'BlockAndRemediate', "the feed's rule 1"],
    ['a later rule', hash(79), {}, 'Block', "the feed's rule 2"],
    ['an unknown confidence fits no minimum', hash(), {}, 'Warn', 'the feed'],
    ['the item before the rules', { ...hash(80), action: 'Audit' }, {}, 'Audit', 'the item'],
    ['the tenant before the item', { ...hash(80), action: 'Audit' }, { action: 'Warn' }, 'Warn', "the tenant's choice"],
    [
      "the tenant's rules before its action",
      hash(80),
      { action: 'Warn', rules: [{ minimumConfidence: 80, action: 'Block' }] },
      'Block',
      "the tenant's rule 1",
    ],
    [
      "the tenant's rules that do not fit",
      hash(80),
      { rules: [{ minimumConfidence: 90, action: 'Block' }] },
      'BlockAndRemediate',
      "the feed's rule 1",
    ],
    [
      'the guard lowers a block',
      { indicatorType: 'IpAddress', confidence: 50, auditOnly: 'a cloud list' },
      {},
      'Audit',
      'the guard: it is on a cloud list',
    ],
  ])('%s', (_, more, choice, action, by) => {
    const { wanted } = select([feed('x', [item('v', more)], { apply: { action: 'Warn', rules } })], {
      feeds: { x: choice },
    });
    expect(wanted).toMatchObject([{ action, why: `x: item v, version 17; action ${action} by ${by}` }]);
  });

  test('what the type does not take is left out', () => {
    const { wanted, leftOut } = select([feed('x', [item('a.example')])], {
      feeds: { x: { action: 'BlockAndRemediate' } },
    });
    expect(wanted).toEqual([]);
    expect(leftOut).toMatchObject([
      { code: 'below_policy', owners: ['x'], why: expect.stringContaining('BlockAndRemediate is not possible') },
    ]);
  });

  test('what is allowed is told with the blocks that it defeats', () => {
    const feeds = [
      feed('one', [item('a.example', { action: 'Block' })]),
      feed('two', [item('a.example', { action: 'Allowed' })]),
      feed('three', [item('a.example', { action: 'Warn' })]),
    ];
    const { wanted } = select(feeds, { allowAllowed: true });
    expect(wanted).toMatchObject([{ action: 'Allowed', owners: ['one', 'three', 'two'] }]);
    expect(wanted[0]?.why).toMatch(/^two: .*; defeats Block of one; defeats Warn of three$/);
  });

  test('Allowed only where the tenant allows it', () => {
    const feeds = [feed('x', [item('a.example', { action: 'Allowed' })])];
    expect(select(feeds).leftOut).toMatchObject([{ code: 'below_policy' }]);
    expect(select(feeds, { allowAllowed: true }).wanted).toMatchObject([{ action: 'Allowed' }]);
  });
});

describe('which items', () => {
  test.each<[string, Partial<AcceptedItem>, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['a type the feed does not select', { indicatorType: 'FileMd5' }, {}, {}, false],
    ['a type the tenant selects', { indicatorType: 'FileMd5' }, {}, { types: ['FileMd5'] }, true],
    ['a type the tenant does not select', {}, {}, { types: ['FileMd5'] }, false],
    ['a severity below', { severity: 'Low' }, { minimumSeverity: 'Medium' }, {}, false],
    ['a severity of the feed', {}, { minimumSeverity: 'Medium' }, {}, true],
    ['a severity below what the tenant asks', {}, {}, { minimumSeverity: 'High' }, false],
    ['a severity that the tenant gives does not help', {}, {}, { minimumSeverity: 'High', severity: 'High' }, false],
    ['a confidence below', { confidence: 49 }, { minimumConfidence: 50 }, {}, false],
    ['a confidence at the limit', { confidence: 50 }, { minimumConfidence: 50 }, {}, true],
    ['an unknown confidence', {}, { minimumConfidence: 1 }, {}, false],
    ['a lower limit of the tenant', {}, { minimumConfidence: 1 }, { minimumConfidence: 0 }, true],
  ])('%s', (_, more, selects, choice, isWanted) => {
    const { wanted, leftOut } = select([feed('x', [item('v', more)], { select: selects })], { feeds: { x: choice } });
    expect([wanted.length, leftOut.length]).toEqual(isWanted ? [1, 0] : [0, 1]);
    if (!isWanted) expect(leftOut[0]?.code).toBe('below_policy');
  });

  test('only of feeds that are for this tenant and that it did not unsubscribe', () => {
    const feeds = [
      feed('all', [item('a.example')]),
      feed('listed', [item('b.example')], { tenants: [tenantId] }),
      feed('foreign', [item('c.example')], { tenants: ['6f1c0000-0000-4000-8000-00000000a002'] }),
      feed('unsubscribed', [item('d.example')]),
      feed('constructor', [item('e.example')]),
    ];
    const { wanted, leftOut } = select(feeds, { feeds: { unsubscribed: { subscribed: false } } });
    expect(wanted.map((row) => row.indicatorValue)).toEqual(['a.example', 'b.example', 'e.example']);
    expect(leftOut).toEqual([]);
  });

  test('what is gone stays for its grace, then ends with a reason', () => {
    const items = [
      item('a.example', { goneSince: '2026-11-18T10:00:01Z' }),
      item('b.example', { goneSince: '2026-11-18T10:00:00Z' }),
      item('c.example', { goneSince: '2026-11-01T00:00:00Z', waits: true }),
      item('d.example', { expirationTime: '2026-11-20T10:00:00Z' }),
    ];
    const { wanted, endings } = select([feed('phishing', items)]);
    expect(wanted.map((row) => [row.indicatorValue, row.changesAtMs])).toEqual([
      ['a.example', now + 1000],
      ['c.example', undefined],
    ]);
    expect(Object.fromEntries(endings)).toEqual({
      'DomainName|b.example': 'gone from phishing since 2026-11-18',
      'DomainName|d.example': 'valid until 2026-11-20T10:00:00Z in phishing',
    });
  });
});

describe('several owners of one value', () => {
  test.each([
    ['the strictest action', { action: 'Block' }, { action: 'Warn', severity: 'High', confidence: 100 }, 'Block'],
    ['then severity', { action: 'Block', severity: 'Low' }, { action: 'Block', severity: 'High' }, 'High'],
    [
      'then confidence',
      { action: 'Block', confidence: 10, title: 'ten' },
      { action: 'Block', confidence: 90, title: 'ninety' },
      'ninety',
    ],
    ['Allowed beats all', { action: 'Allowed' }, { action: 'Block', severity: 'High' }, 'Allowed'],
  ] as const)('%s wins, in either order', (_, one, other, said) => {
    const feeds = [feed('a', [item('v.example', one)]), feed('b', [item('v.example', other)])];
    for (const order of [feeds, feeds.toReversed()]) {
      const { wanted } = select(order, { allowAllowed: true });
      expect(wanted).toHaveLength(1);
      expect(wanted[0]?.owners).toEqual(['a', 'b']);
      expect(Object.values(wanted[0] ?? {})).toContain(said);
    }
  });

  test('the row changes when the first of them lets go, and what one leaves out another may want', () => {
    const gone = feed('a', [item('v.example', { goneSince: '2026-11-19T10:00:00Z' })]);
    const picky = feed('b', [item('v.example')], { select: { minimumSeverity: 'High' } });
    const { wanted, leftOut } = select([gone, feed('c', [item('v.example')]), picky]);
    expect(wanted).toMatchObject([{ owners: ['a', 'c'], changesAtMs: now + day }]);
    expect(leftOut).toEqual([]);
  });

  test('rows of actions are owners too', () => {
    const { wanted } = select(
      [feed('a', [item('v.example')])],
      {},
      { direct: [direct('v.example'), direct('w.example')] },
    );
    expect(wanted).toMatchObject([
      { indicatorValue: 'v.example', action: 'Block', owners: ['a', 'actions'] },
      { indicatorValue: 'w.example', owners: ['actions'] },
    ]);
    const late = direct('v.example', { notAfterMs: now });
    expect(select([], {}, { direct: [late] }).wanted).toEqual([]);
    expect(select([], {}, { direct: [direct('v.example', { action: 'Allowed' })] }).leftOut).toMatchObject([
      { code: 'below_policy' },
    ]);
  });
});

describe('exceptions', () => {
  const feeds = [
    feed('x', [
      item('good.example'),
      item('www.good.example'),
      item('http://good.example/a', { indicatorType: 'Url' }),
      item('203.0.113.9', { indicatorType: 'IpAddress' }),
    ]),
  ];
  test.each([
    ['by value, in any form', { indicatorValue: 'Good[.]Example.', reason: 'r' }, 'good.example'],
    ['by type and value', { indicatorType: 'DomainName', indicatorValue: 'good.example', reason: 'r' }, 'good.example'],
    ['a URL', { indicatorValue: 'hxxp://good.example/a', reason: 'r' }, 'http://good.example/a'],
    ['an address', { indicatorValue: '203.0.113.9', reason: 'r' }, '203.0.113.9'],
    ['of another type', { indicatorType: 'Url', indicatorValue: 'good.example', reason: 'r' }, undefined],
    ['that has ended', { indicatorValue: 'good.example', reason: 'r', until: '2026-11-20T10:00:00Z' }, undefined],
  ])('%s', (_, exception, value) => {
    const { excepted, wanted, leftOut } = select(feeds, { exceptions: [exception] });
    expect(excepted).toMatchObject(value === undefined ? [] : [{ indicatorValue: value, reason: 'r' }]);
    expect(wanted).toHaveLength(value === undefined ? 4 : 3);
    expect(leftOut).toEqual([]);
  });

  test('the end of one is a reason to look again', () => {
    const exceptions = [
      { indicatorValue: 'a.example', reason: 'r', until: '2026-12-01T00:00:00Z' },
      { indicatorValue: 'b.example', reason: 'r', until: '2026-11-25T00:00:00Z' },
      { indicatorValue: 'c.example', reason: 'r' },
    ];
    expect(select(feeds, { exceptions }).changesAtMs).toBe(Date.parse('2026-11-25T00:00:00Z'));
    expect(select(feeds)).not.toHaveProperty('changesAtMs');
  });
});

describe('protected names', () => {
  test.each([
    ['contoso.example', 'DomainName', true],
    ['mail.contoso.example', 'DomainName', true],
    ['https://www.contoso.example/a', 'Url', true],
    ['notcontoso.example', 'DomainName', false],
    ['contoso.example.bad.example', 'DomainName', false],
    ['fabrikam.example', 'DomainName', true],
    ['portal.fabrikam.example', 'DomainName', true],
    ['http://fabrikam.example/a', 'Url', false],
    ['203.0.113.9', 'IpAddress', false],
  ] as const)('%s (%s): %s', (value, indicatorType, isProtected) => {
    const policy = { protectedNames: ['portal.fabrikam.example'] };
    const feeds = [feed('x', [item(value, { indicatorType })])];
    const { wanted, leftOut } = select(feeds, policy, { ownNames: ['Contoso.Example'] });
    expect(wanted).toHaveLength(isProtected ? 0 : 1);
    if (isProtected)
      expect(leftOut).toMatchObject([{ code: 'below_policy', why: expect.stringMatching(/^protected_name: /) }]);
  });
});
