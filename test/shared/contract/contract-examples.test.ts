import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { actionRequestSchema } from '../../../shared/contract/action.ts';
import { alertCreatedSchema, alertUpdatedSchema } from '../../../shared/contract/alert.ts';
import { callbackEventSchema } from '../../../shared/contract/callback-event.ts';
import { callerInputSchema } from '../../../shared/contract/caller.ts';
import { drainRequestSchema, redriveRequestSchema } from '../../../shared/contract/dead-letter.ts';
import { alertEnvelopeSchema, pushEnvelopeSchema } from '../../../shared/contract/event.ts';
import { applyShape, confirmRequestSchema, feedInputSchema } from '../../../shared/contract/feed.ts';
import { fieldErrorsOf } from '../../../shared/contract/field-errors.ts';
import {
  indicatorAnswerSchema,
  indicatorPlanSchema,
  pushResultSchema,
  pushedIndicatorSchema,
  tenantIndicatorsSchema,
} from '../../../shared/contract/indicator.ts';
import { machineSelectorSchema } from '../../../shared/contract/machine-selector.ts';
import { addressViewSchema, machineViewSchema } from '../../../shared/contract/machine.ts';
import { approveRequestSchema, operationSchema } from '../../../shared/contract/operation.ts';
import { partnerSchema } from '../../../shared/contract/partner.ts';
import { problemSchema } from '../../../shared/contract/problem.ts';
import { responseSchema } from '../../../shared/contract/tenant-policy.ts';
import { tenantDocumentSchema, tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';

const example = (name: keyof typeof contractExamples): Record<string, unknown> =>
  JSON.parse(contractExamples[name]) as Record<string, unknown>;

/** Examples that say everything their schema would fill in: parsing gives back what was written. */
const whole: readonly (readonly [keyof typeof contractExamples, z.ZodType])[] = [
  ['alertCreated', alertCreatedSchema],
  ['isolate', actionRequestSchema],
  ['liveResponse', actionRequestSchema],
  ['submitIndicator', actionRequestSchema],
  ['push', pushEnvelopeSchema],
  ['pushResult', pushResultSchema],
  ['tenantIndicators', tenantIndicatorsSchema],
  ['indicatorPlan', indicatorPlanSchema],
  ['indicatorAnswer', indicatorAnswerSchema],
  ['operation', operationSchema],
  ['machineView', machineViewSchema],
  ['addressView', addressViewSchema],
  ['problem', problemSchema],
  ['callback', callbackEventSchema],
  ['tenant', tenantDocumentSchema],
  ['caller', callerInputSchema],
  ['partner', partnerSchema],
  ['alertUpdated', alertUpdatedSchema],
  ['alertResponse', responseSchema],
  ['applyRules', applyShape.rules],
  ['approve', approveRequestSchema],
  ['confirm', confirmRequestSchema],
  ['drain', drainRequestSchema],
];

describe('the examples of the contract', () => {
  it.each(whole)('%s', (name, schema) => {
    expect(schema.parse(example(name))).toEqual(example(name));
  });

  it('envelope: only its data, which the example leaves open, is refused', () => {
    const result = alertEnvelopeSchema.safeParse(example('envelope'));
    const pointers = result.success ? [] : fieldErrorsOf(result.error, example('envelope')).map((e) => e.pointer);
    expect(pointers.length).toBeGreaterThan(0);
    expect(pointers.every((pointer) => pointer?.startsWith('#/data/'))).toBe(true);
    expect(alertEnvelopeSchema.safeParse({ ...example('envelope'), data: example('alertCreated') }).success).toBe(true);
  });

  it('machine selector: the MAC address is kept as 12 hex digits', () => {
    expect(machineSelectorSchema.parse(example('machineSelector'))).toEqual({
      ...example('machineSelector'),
      macAddress: '001122334455',
    });
  });

  it('every pushed item', () => {
    const { indicators } = pushEnvelopeSchema.parse(example('push')).data;
    expect(indicators.map((item) => pushedIndicatorSchema.safeParse(item).success)).toEqual([true, true, true]);
  });

  it('feed: the example says every default', () => {
    const { displayName, source } = example('feed');
    const filled = feedInputSchema.parse({ displayName, source });
    expect(filled).toEqual(feedInputSchema.parse(example('feed')));
    expect(filled).toMatchObject(example('feed'));
  });

  it('tenant: what the example shows are the defaults', () => {
    const { policy, cloud, paused, displayName } = example('tenant');
    expect(tenantInputSchema.parse({})).toEqual({ cloud, paused, policy });
    expect(tenantInputSchema.parse({ policy: { alerts: {}, actions: { requireApprovalOn: {} } } }).policy).toEqual(
      policy,
    );
    expect(tenantInputSchema.parse(example('tenant'))).toEqual({ displayName, cloud, paused, policy });
  });

  it('dead letters are redriven by kind', () => {
    expect(redriveRequestSchema.parse(example('redriveKind'))).toEqual({ kind: 'Alert', dryRun: false });
  });

  it("a tenant's choice for a feed, flat", () => {
    const input = {
      policy: { indicators: { feeds: { phishing: example('feedChoice'), month: { subscribed: false } } } },
    };
    expect(tenantInputSchema.parse(input).policy.indicators.feeds).toEqual({
      phishing: { subscribed: true, action: 'Warn' },
      month: { subscribed: false },
    });
  });

  it('a machine view may count vulnerabilities', () => {
    const view = { ...example('machineView'), vulnerabilities: example('vulnerabilities') };
    expect(machineViewSchema.safeParse(view).success).toBe(true);
  });
});
