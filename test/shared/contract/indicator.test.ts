import { describe, expect, it } from 'vitest';
import { pushEnvelopeSchema } from '../../../shared/contract/event.ts';
import { isExpired, pushedIndicatorSchema } from '../../../shared/contract/indicator.ts';
import { refusals } from '../../builders/refusals.ts';

const item = { indicatorType: 'DomainName', indicatorValue: 'bad[.]example' };

describe('a pushed item', () => {
  it.each<readonly [change: object, refusal: string]>([
    [{ indicatorType: 'Domain' }, '#/indicatorType invalid_value'],
    [{ indicatorType: 'WebCategory' }, '#/indicatorType invalid_value'],
    [{ indicatorValue: '' }, '#/indicatorValue too_short'],
    [{ indicatorValue: 'v'.repeat(801) }, '#/indicatorValue too_long'],
    [{ indicatorValue: null }, '#/indicatorValue invalid_type'],
    [{ action: 'AlertAndBlock' }, '#/action invalid_value'],
    [{ severity: 'Critical' }, '#/severity invalid_value'],
    [{ confidence: 101 }, '#/confidence invalid_value'],
    [{ confidence: 50.5 }, '#/confidence invalid_type'],
    [{ title: 't'.repeat(257) }, '#/title too_long'],
    [{ description: 'd'.repeat(1001) }, '#/description too_long'],
    [{ recommendedActions: 'r'.repeat(1001) }, '#/recommendedActions too_long'],
    [{ recommendedAction: 'r' }, '#/recommendedAction unknown_field'],
    [{ expirationTime: '2026-12-20' }, '#/expirationTime invalid_format'],
    [{ generateAlert: 1 }, '#/generateAlert invalid_type'],
    [{ mitreTechniques: Array(21).fill('T1566') }, '#/mitreTechniques too_long'],
    [{ externalId: 'e'.repeat(129) }, '#/externalId too_long'],
    [{ revoked: 'true' }, '#/revoked invalid_type'],
  ])('%j is refused', (change, refusal) => {
    expect(refusals(pushedIndicatorSchema, { ...item, ...change })).toEqual([refusal]);
  });

  it('needs type and value only', () => {
    expect(refusals(pushedIndicatorSchema, item)).toEqual([]);
    expect(refusals(pushedIndicatorSchema, {})).toEqual(['#/indicatorType required', '#/indicatorValue required']);
    expect(refusals(pushedIndicatorSchema, 'bad.example')).toEqual(['# invalid_type']);
  });

  it('of one taken out only type and value are read', () => {
    expect(
      pushedIndicatorSchema.parse({ ...item, revoked: true, action: 'Alert', confidence: 'high', any: null }),
    ).toEqual({
      ...item,
      revoked: true,
    });
    expect(refusals(pushedIndicatorSchema, { revoked: true })).toEqual([
      '#/indicatorType required',
      '#/indicatorValue required',
    ]);
  });

  it('has expired from its very time on', () => {
    const nowMs = Date.UTC(2026, 11, 20);
    expect(isExpired('2026-12-20T00:00:00Z', nowMs)).toBe(true);
    expect(isExpired('2026-12-20T00:00:00.001Z', nowMs)).toBe(false);
  });
});

describe('a push', () => {
  const push = { type: 'indicators.pushed', timestamp: '2026-11-20T10:00:00Z', feedId: 'phishing' };

  it('is taken whatever its items are', () => {
    expect(refusals(pushEnvelopeSchema, { ...push, data: { indicators: [{}, null, 5, 'x', item] } })).toEqual([]);
    expect(refusals(pushEnvelopeSchema, { ...push, data: { indicators: Array(1000).fill(item) } })).toEqual([]);
  });

  it.each<readonly [change: object, refusal: string]>([
    [{ data: { indicators: Array(1001).fill({}) } }, '#/data/indicators too_long'],
    [{ data: { indicators: {} } }, '#/data/indicators invalid_type'],
    [{ data: {} }, '#/data/indicators required'],
    [{ data: { indicators: [] }, dryRun: true }, '#/dryRun unknown_field'],
    [{ data: { indicators: [] }, feedId: 'Phishing' }, '#/feedId invalid_format'],
    [{ data: { indicators: [] }, type: 'indicators.push' }, '#/type invalid_value'],
  ])('%j is refused', (change, refusal) => {
    expect(refusals(pushEnvelopeSchema, { ...push, ...change })).toEqual([refusal]);
  });
});
