import { describe, expect, test } from 'vitest';
import { asApp, toSubmission } from '../../test-defender.ts';
import { setUpIndicators } from '../../test-indicators.ts';
import { clientId, getToken } from '../../test-world.ts';

const bench = setUpIndicators();

describe('submit', () => {
  test('creates a row with every field of the live shape', async () => {
    bench.control().clock.freeze(Date.parse('2026-11-20T12:00:00.123Z'));
    const then = asApp(bench.simulator(), await getToken(bench.simulator()));
    const sent = {
      severity: 'High',
      expirationTime: '2026-12-20T00:00:00Z',
      externalId: 'ours-77',
      generateAlert: true,
    };
    const answer = await then.call('POST', '/api/indicators', toSubmission(sent));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).toEqual({
      '@odata.context': `${bench.simulator().origin}/api/$metadata#Indicators/$entity`,
      id: expect.stringMatching(/^\d+$/),
      ...{ indicatorValue: 'bad.example', indicatorType: 'DomainName', action: 'Block', createdBy: clientId },
      ...{
        source: 'Partner App',
        sourceType: 'AadApp',
        createdByDisplayName: 'Partner App',
        createdBySource: 'PublicApi',
      },
      ...{ severity: 'High', category: 1, application: null, educateUrl: null, bypassDurationHours: null, title: 't' },
      ...{ description: 'd', recommendedActions: null, creationTimeDateTimeUtc: '2026-11-20T12:00:00.123000Z' },
      ...{ expirationTime: '2026-12-20T00:00:00Z', lastUpdateTime: '2026-11-20T12:00:00.123000Z', lastUpdatedBy: null },
      ...{ rbacGroupNames: [], rbacGroupIds: [], notificationId: null, notificationBody: null, version: null },
      ...{ mitreTechniques: [], historicalDetection: false, lookBackPeriod: null, generateAlert: true },
      ...{ additionalInfo: null, externalId: 'ours-77', certificateInfo: null },
    });
  });

  test.each([
    ['title left out', { title: undefined }, 'MissingRequiredParameter'],
    ['a name in another case', { title: undefined, Title: 't' }, 'MissingRequiredParameter'],
    ['a field of another type', { title: 5 }, 'InvalidRequestBody'],
    ['groups as text', { rbacGroupNames: 'a,b' }, 'InvalidRequestBody'],
    ['a retired action', { action: 'AlertAndBlock' }, 'InvalidInput'],
    ['a type that only lists know', { indicatorType: 'WebCategory' }, 'InvalidInput'],
    ['a severity that does not exist', { severity: 'Critical' }, 'InvalidInput'],
    ['Audit without an alert', { action: 'Audit' }, 'InvalidInput'],
    ['a time in the past', { expirationTime: '2020-12-12T00:00:00Z' }, 'InvalidInput'],
    ['a time that is none', { expirationTime: 'tomorrow' }, 'InvalidRequestBody'],
    ['an empty value', { indicatorValue: '' }, 'InvalidInput'],
  ])('refuses %s', async (_name, changes, code) => {
    const answer = await bench.submit(changes);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(answer.body['error']).toMatchObject({ target: answer.headers.get('request-id') });
    expect(bench.held()).toEqual([]);
  });

  test('refuses what is not JSON', async () => {
    const answer = await bench.call('POST', '/api/indicators', '{"indicatorValue":');
    expect([answer.status, answer.code]).toEqual([400, 'InvalidRequestBody']);
  });

  const sha1 = 'a'.repeat(40);
  test.each([
    ['FileSha1', sha1, ['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate']],
    ['IpAddress', '203.0.113.9', ['Allowed', 'Audit', 'Warn', 'Block']],
    ['DomainName', 'bad.example', ['Allowed', 'Audit', 'Warn', 'Block']],
    ['Url', 'http://bad.example/x', ['Allowed', 'Audit', 'Warn', 'Block']],
    ['CertificateThumbprint', sha1, ['Allowed', 'BlockAndRemediate']],
  ])('%s takes just its actions', async (indicatorType, indicatorValue, actions) => {
    const taken: string[] = [];
    for (const action of ['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate']) {
      const answer = await bench.submit({ indicatorType, indicatorValue, action, generateAlert: true });
      if (answer.status === 200) taken.push(action);
      else expect([answer.status, answer.code]).toEqual([400, 'InvalidInput']);
    }
    expect(taken).toEqual(actions);
  });
});
