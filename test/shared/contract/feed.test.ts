import { describe, expect, it } from 'vitest';
import { feedDocumentSchema, feedInputSchema } from '../../../shared/contract/feed.ts';
import { refusals, withField } from '../../builders/refusals.ts';

const url = 'https://feeds.example/all';
const push = { displayName: 'Phishing', source: { kind: 'Push' } };
const csv = { displayName: 'Month', source: { kind: 'Csv', url, columns: { value: 3 } } };

describe('PUT of a feed', () => {
  it.each<readonly [path: string, value: unknown, refusal: string]>([
    ['displayName', undefined, '#/displayName required'],
    ['displayName', '', '#/displayName too_short'],
    ['source', undefined, '#/source required'],
    ['source', null, '#/source invalid_type'],
    ['source', 'Push', '#/source invalid_type'],
    ['source', {}, '#/source/kind required'],
    ['source', { kind: 'Rss' }, '#/source/kind invalid_value'],
    ['source', { kind: 7 }, '#/source/kind invalid_type'],
    ['source', { kind: 'Push', url }, '#/source/url unknown_field'],
    ['source', { kind: 'Stix' }, '#/source/url required'],
    ['source', { kind: 'Misp', url: 'feeds.example' }, '#/source/url invalid_format'],
    ['source', { kind: 'List', url: 'ftp://feeds.example' }, '#/source/url invalid_format'],
    ['source', { kind: 'List', url: `${url}${'x'.repeat(2048)}` }, '#/source/url too_long'],
    ['source', { kind: 'List', url, type: 'Domain' }, '#/source/type invalid_value'],
    ['source', { kind: 'List', url, collection: 'c' }, '#/source/collection unknown_field'],
    ['source', { kind: 'Taxii', url }, '#/source/collection required'],
    ['source', { kind: 'Stix', url, secretName: 'a/b' }, '#/source/secretName invalid_format'],
    ['source', { kind: 'Stix', url, secretName: 'callback-soar' }, '#/source/secretName invalid_value'],
    ['source', { kind: 'Stix', url, secretName: 'Caller-soar' }, '#/source/secretName invalid_value'],
    ['source', { kind: 'Csv', url }, '#/source/columns required'],
    ['source', { kind: 'Csv', url, columns: {} }, '#/source/columns/value required'],
    ['source', { kind: 'Csv', url, columns: { value: -1 } }, '#/source/columns/value invalid_value'],
    ['source', { kind: 'Csv', url, columns: { value: 1.5 } }, '#/source/columns/value invalid_type'],
    ['source', { kind: 'Csv', url, columns: { value: true } }, '#/source/columns/value invalid_type'],
    ['source', { kind: 'Csv', url, columns: { value: '' } }, '#/source/columns/value too_short'],
    ['source', { kind: 'Csv', url, columns: { value: 'ioc' } }, '#/source/columns/value mismatch'],
    ['source', { kind: 'Csv', url, columns: { value: 0, tags: 1 } }, '#/source/columns/tags unknown_field'],
    ['source', { kind: 'Csv', url, columns: { value: 0 }, delimiter: ', ' }, '#/source/delimiter too_long'],
    ['source', { kind: 'Csv', url, columns: { value: 0 }, delimiter: '"' }, '#/source/delimiter invalid_value'],
    ['source', { kind: 'Csv', url, columns: { value: 0 }, types: { ip: 'Ip' } }, '#/source/types/ip invalid_value'],
    ['source', { kind: 'Csv', url, columns: { value: 0 }, types: { '': 'Url' } }, '#/source/types/ too_short'],
    ['every', 'PT4M59S', '#/every invalid_value'],
    ['every', 'P7DT1S', '#/every invalid_value'],
    ['every', 'hourly', '#/every invalid_format'],
    ['paused', 0, '#/paused invalid_type'],
    ['tenants', 'Some', '#/tenants invalid_value'],
    ['tenants', 5, '#/tenants invalid_type'],
    ['tenants', null, '#/tenants invalid_type'],
    ['tenants', ['fabrikam'], '#/tenants/0 invalid_format'],
    ['select', [], '#/select invalid_type'],
    ['select.types', ['DomainName', 'Email'], '#/select/types/1 invalid_value'],
    ['select.minimumSeverity', 'None', '#/select/minimumSeverity invalid_value'],
    ['select.minimumConfidence', -1, '#/select/minimumConfidence invalid_value'],
    ['select.minimumConfidence', 101, '#/select/minimumConfidence invalid_value'],
    ['select.minimumConfidence', '80', '#/select/minimumConfidence invalid_type'],
    ['apply.action', 'Alert', '#/apply/action invalid_value'],
    ['apply.severity', 'Critical', '#/apply/severity invalid_value'],
    ['apply.expiresAfter', 'P91D', '#/apply/expiresAfter invalid_value'],
    ['apply.expiresAfter', 'PT0S', '#/apply/expiresAfter invalid_value'],
    ['apply.generateAlert', 'true', '#/apply/generateAlert invalid_type'],
    ['apply.title', '', '#/apply/title too_short'],
    ['apply.title', 't'.repeat(257), '#/apply/title too_long'],
    ['apply.description', 'd'.repeat(1001), '#/apply/description too_long'],
    ['apply.rules', {}, '#/apply/rules invalid_type'],
    ['apply.rules', [{}], '#/apply/rules/0/action required'],
    ['apply.rules', [{ action: 'Block', minimumSeverity: 'High' }], '#/apply/rules/0/minimumSeverity unknown_field'],
    ['apply.rules', [{ action: 'Block', types: 'All' }], '#/apply/rules/0/types invalid_type'],
    ['guard.removeAfter', 'two days', '#/guard/removeAfter invalid_format'],
    ['guard.maxShrinkPercent', 101, '#/guard/maxShrinkPercent invalid_value'],
    ['guard.maxShrinkPercent', 0.5, '#/guard/maxShrinkPercent invalid_type'],
    ['guard.warningLists', true, '#/guard/warningLists unknown_field'],
    ['owner', 'x', '#/owner unknown_field'],
  ])('%s = %j is refused', (path, value, refusal) => {
    expect(refusals(feedInputSchema, withField(push, path, value))).toEqual([refusal]);
  });

  it.each([
    { kind: 'Stix', url },
    { kind: 'Stix', url, secretName: 'feed-stix' },
    { kind: 'Taxii', url, collection: '9e000000-0000-4000-8000-000000000010' },
    { kind: 'Misp', url },
    { kind: 'List', url },
    { kind: 'List', url: 'http://127.0.0.1:7081/ips.txt', type: 'IpAddress' },
    { kind: 'Push' },
  ])('source %j is taken as it is', (source) => {
    expect(feedInputSchema.parse({ displayName: 'x', source }).source).toEqual(source);
  });

  it('a CSV source has a comma and no header unless it says so', () => {
    expect(feedInputSchema.parse(csv).source).toEqual({ ...csv.source, header: false, delimiter: ',', types: {} });
    const named = { kind: 'Csv', url, header: true, delimiter: '\t', columns: { value: 'ioc', type: 2 } };
    expect(feedInputSchema.parse({ ...csv, source: named }).source).toEqual({ ...named, types: {} });
  });

  it('what GET gave can be put back', () => {
    const document = feedDocumentSchema.parse({
      feedId: 'month',
      ...feedInputSchema.parse(csv),
      version: 18,
      lastRun: { at: '2026-11-20T10:00:00Z', outcome: 'Held', read: 9, accepted: 8, rejected: { warning_list: 1 } },
      held: { version: 19, wouldRemove: 700, of: 900 },
    });
    expect(feedInputSchema.parse(document)).toEqual(feedInputSchema.parse(csv));
  });
});
