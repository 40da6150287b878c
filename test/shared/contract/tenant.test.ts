import { describe, expect, it } from 'vitest';
import { pathIdErrors } from '../../../shared/contract/field-errors.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { refusals, withField } from '../../builders/refusals.ts';

const isolate = { action: { action: 'Isolate' } };

describe('PUT of a tenant', () => {
  it.each<readonly [path: string, value: unknown, refusal: string]>([
    ['displayName', '', '#/displayName too_short'],
    ['displayName', 'x'.repeat(257), '#/displayName too_long'],
    ['displayName', null, '#/displayName invalid_type'],
    ['displayName', 7, '#/displayName invalid_type'],
    ['cloud', 'commercial', '#/cloud invalid_value'],
    ['cloud', 1, '#/cloud invalid_type'],
    ['region', 'mars', '#/region invalid_value'],
    ['paused', 'yes', '#/paused invalid_type'],
    ['policy', [], '#/policy invalid_type'],
    ['policy', null, '#/policy invalid_type'],
    ['colour', 'red', '#/colour unknown_field'],
    ['a/b~c d', 1, '#/a~1b~0c%20d unknown_field'],
    ['policy.alert', {}, '#/policy/alert unknown_field'],
    ['policy.alerts', 'Live', '#/policy/alerts invalid_type'],
    ['policy.alerts.mode', 'live', '#/policy/alerts/mode invalid_value'],
    ['policy.alerts.minimumSeverity', 'Informational', '#/policy/alerts/minimumSeverity invalid_value'],
    ['policy.alerts.maxPerDay', -1, '#/policy/alerts/maxPerDay invalid_value'],
    ['policy.alerts.maxPerDay', 1.5, '#/policy/alerts/maxPerDay invalid_type'],
    ['policy.alerts.maxPerDay', '1000', '#/policy/alerts/maxPerDay invalid_type'],
    ['policy.alerts.onSameTitle', 'Drop', '#/policy/alerts/onSameTitle invalid_value'],
    ['policy.alerts.searchFor', 'P1DT1S', '#/policy/alerts/searchFor invalid_value'],
    ['policy.alerts.searchFor', '1h', '#/policy/alerts/searchFor invalid_format'],
    ['policy.alerts.searchFor', 3600, '#/policy/alerts/searchFor invalid_type'],
    ['policy.alerts.fallback', 'Graph', '#/policy/alerts/fallback invalid_value'],
    ['policy.alerts.submitWithin', 'PT0S', '#/policy/alerts/submitWithin invalid_value'],
    ['policy.alerts.observe', false, '#/policy/alerts/observe invalid_type'],
    ['policy.alerts.responses', [{}], '#/policy/alerts/responses/0 required'],
    [
      'policy.alerts.responses',
      [isolate, { ...isolate, severity: [] }],
      '#/policy/alerts/responses/1/severity too_short',
    ],
    [
      'policy.alerts.responses',
      [{ ...isolate, category: ['Virus'] }],
      '#/policy/alerts/responses/0/category/0 invalid_value',
    ],
    ['policy.alerts.responses', [{ action: 'Isolate' }], '#/policy/alerts/responses/0/action invalid_type'],
    ['policy.alerts.responses', [{ action: {} }], '#/policy/alerts/responses/0/action/action required'],
    [
      'policy.alerts.responses',
      [{ action: { action: 'Explode' } }],
      '#/policy/alerts/responses/0/action/action invalid_value',
    ],
    [
      'policy.alerts.responses',
      [{ action: { action: 'Isolate', comment: 'x' } }],
      '#/policy/alerts/responses/0/action/comment unknown_field',
    ],
    [
      'policy.alerts.responses',
      [{ action: { action: 'Isolate', machine: {} } }],
      '#/policy/alerts/responses/0/action/machine unknown_field',
    ],
    [
      'policy.alerts.responses',
      [{ action: { action: 'RunAntiVirusScan' } }],
      '#/policy/alerts/responses/0/action/scanType required',
    ],
    [
      'policy.alerts.responses',
      [{ blockEvidenceFor: 'P91D' }],
      '#/policy/alerts/responses/0/blockEvidenceFor invalid_value',
    ],
    ['policy.actions.allowed', ['Isolate', 'isolate'], '#/policy/actions/allowed/1 invalid_value'],
    ['policy.actions.allowed', 'All', '#/policy/actions/allowed invalid_type'],
    ['policy.actions.requireApproval', ['Reboot'], '#/policy/actions/requireApproval/0 invalid_value'],
    ['policy.actions.requireApprovalOn.servers', 'true', '#/policy/actions/requireApprovalOn/servers invalid_type'],
    [
      'policy.actions.requireApprovalOn.deviceValues',
      ['Highest'],
      '#/policy/actions/requireApprovalOn/deviceValues/0 invalid_value',
    ],
    [
      'policy.actions.requireApprovalOn.machineTags',
      [''],
      '#/policy/actions/requireApprovalOn/machineTags/0 too_short',
    ],
    ['policy.actions.protectedMachines', ['pc1'], '#/policy/actions/protectedMachines/0 invalid_format'],
    ['policy.actions.protectedTags', ['t'.repeat(201)], '#/policy/actions/protectedTags/0 too_long'],
    ['policy.actions.protectedGroups', [null], '#/policy/actions/protectedGroups/0 invalid_type'],
    ['policy.actions.undoOthers', 1, '#/policy/actions/undoOthers invalid_type'],
    ['policy.actions.maxIsolationsPerHour', -1, '#/policy/actions/maxIsolationsPerHour invalid_value'],
    ['policy.actions.submitWithin', 'P1M', '#/policy/actions/submitWithin invalid_format'],
    ['policy.indicators.reserve', 15_001, '#/policy/indicators/reserve invalid_value'],
    ['policy.indicators.allowAllowed', 'no', '#/policy/indicators/allowAllowed invalid_type'],
    ['policy.indicators.protectedNames', ['fabrikam'], '#/policy/indicators/protectedNames/0 invalid_format'],
    ['policy.indicators.exceptions', [{ reason: 'ours' }], '#/policy/indicators/exceptions/0/indicatorValue required'],
    [
      'policy.indicators.exceptions',
      [{ indicatorValue: 'good.example' }],
      '#/policy/indicators/exceptions/0/reason required',
    ],
    [
      'policy.indicators.exceptions',
      [{ indicatorValue: 'v'.repeat(801), reason: 'x' }],
      '#/policy/indicators/exceptions/0/indicatorValue too_long',
    ],
    [
      'policy.indicators.exceptions',
      [{ indicatorValue: 'a.example', reason: 'x', until: '2026-11-20' }],
      '#/policy/indicators/exceptions/0/until invalid_format',
    ],
    ['policy.indicators.feeds', [], '#/policy/indicators/feeds invalid_type'],
    ['policy.indicators.feeds', { 'Big Feed': {} }, '#/policy/indicators/feeds/Big%20Feed invalid_format'],
    [
      'policy.indicators.feeds',
      { month: { subscribed: 'no' } },
      '#/policy/indicators/feeds/month/subscribed invalid_type',
    ],
    ['policy.indicators.feeds', { month: { select: {} } }, '#/policy/indicators/feeds/month/select unknown_field'],
    [
      'policy.indicators.feeds',
      { month: { minimumConfidence: 101 } },
      '#/policy/indicators/feeds/month/minimumConfidence invalid_value',
    ],
    ['policy.queries.allowed', null, '#/policy/queries/allowed invalid_type'],
  ])('%s = %j is refused', (path, value, refusal) => {
    expect(refusals(tenantInputSchema, withField({}, path, value))).toEqual([refusal]);
  });

  it.each([null, [], 'x', 7])('%j is no document', (input) => {
    expect(refusals(tenantInputSchema, input)).toEqual(['# invalid_type']);
  });

  it('names every wrong place at once', () => {
    const input = { cloud: 'x', a: 1, b: 2, policy: { alerts: { mode: 'x' }, queries: { allowed: 1 } } };
    expect(refusals(tenantInputSchema, input).toSorted()).toEqual([
      '#/a unknown_field',
      '#/b unknown_field',
      '#/cloud invalid_value',
      '#/policy/alerts/mode invalid_value',
      '#/policy/queries/allowed invalid_type',
    ]);
  });

  it.each(['Gcc', 'GccHigh', 'DoD'])('%s has no regions', (cloud) => {
    expect(refusals(tenantInputSchema, { cloud, region: 'eu' })).toEqual(['#/region mismatch']);
    expect(refusals(tenantInputSchema, { cloud })).toEqual([]);
  });

  it('the commercial cloud has', () => {
    expect(tenantInputSchema.parse({ region: 'eu' })).toMatchObject({ cloud: 'Commercial', region: 'eu' });
  });

  it('read-only fields are dropped, whatever they hold', () => {
    const input = {
      tenantId: 'x',
      status: 'Connected',
      connectedAt: 5,
      check: { any: 'thing' },
      displayName: 'Fabrikam',
    };
    expect(tenantInputSchema.parse(input)).toEqual(tenantInputSchema.parse({ displayName: 'Fabrikam' }));
  });

  it('but an id must be that of the path', () => {
    const id = '6f1c0000-0000-4000-8000-00000000a001';
    expect(pathIdErrors({ tenantId: id.toUpperCase() }, 'tenantId', id)).toEqual([]);
    expect(pathIdErrors({}, 'tenantId', id)).toEqual([]);
    for (const other of ['6f1c0000-0000-4000-8000-00000000a002', 7, null]) {
      expect(pathIdErrors({ tenantId: other }, 'tenantId', id)).toMatchObject([
        { pointer: '#/tenantId', code: 'mismatch' },
      ]);
    }
  });

  it('a new tenant never shares its lists with another', () => {
    const [one, other] = [tenantInputSchema.parse({}), tenantInputSchema.parse({})];
    one.policy.actions.allowed.length = 0;
    one.policy.actions.requireApprovalOn.deviceValues.length = 0;
    one.policy.indicators.protectedNames.push('contoso.example');
    expect(other.policy.actions.allowed).toHaveLength(13);
    expect(tenantInputSchema.parse({})).toEqual(other);
  });
});
