import { z } from 'zod';
import { actionRequestSchema } from '../action.ts';
import { alertCreatedSchema, alertUpdatedSchema } from '../alert.ts';
import { callerInputSchema } from '../caller.ts';
import { drainRequestSchema, redriveRequestSchema } from '../dead-letter.ts';
import { actionEnvelopeSchema, alertEnvelopeSchema, ocsfFindingSchema, pushEnvelopeSchema } from '../event.ts';
import { applyShape, confirmRequestSchema, feedInputSchema } from '../feed.ts';
import { pushedIndicatorSchema, syncRequestSchema } from '../indicator.ts';
import { machineSelectorSchema } from '../machine-selector.ts';
import { queryRequestSchema } from '../machine.ts';
import { approveRequestSchema } from '../operation.ts';
import { partnerSchema } from '../partner.ts';
import { responseSchema, tenantPolicySchema } from '../tenant-policy.ts';
import { tenantInputSchema } from '../tenant.ts';
import type { NamedSchema } from './named-schema.ts';
import { parseExample } from './named-schema.ts';

const { type: _type, data: _data, ...envelope } = parseExample('envelope') as { type: string; data: object };
const actions = [parseExample('isolate'), parseExample('liveResponse'), parseExample('submitIndicator')];

/** The items of a push are taken or rejected one by one: the whole is never refused for one of them. */
const documentedPushSchema = pushEnvelopeSchema.extend({
  data: z.strictObject({ indicators: z.array(pushedIndicatorSchema).max(1000) }),
});

/** What we are sent. */
export const inputSchemas = {
  MachineSelector: {
    schema: machineSelectorSchema,
    description: 'Which machine is meant: every field given must fit exactly one. `macAddress` only narrows.',
    examples: [parseExample('machineSelector')],
  },
  AlertCreated: {
    schema: alertCreatedSchema,
    description: 'A new alert. `eventTime` is at most 30 days ago and 5 minutes ahead.',
    examples: [parseExample('alertCreated')],
  },
  AlertUpdated: {
    schema: alertUpdatedSchema,
    description: 'A change of an alert that was sent: `id` and at least one other field.',
    examples: [parseExample('alertUpdated')],
  },
  OcsfDetectionFinding: {
    schema: ocsfFindingSchema,
    description: 'An OCSF event of class 2004 (Detection Finding), whole; unknown fields pass.',
  },
  AlertEnvelope: {
    schema: alertEnvelopeSchema,
    description: 'Body of the alerts webhook. `tenantId` must equal the path’s: the path is not signed, the body is.',
    examples: [{ ...parseExample('envelope'), data: parseExample('alertCreated') }],
  },
  ActionRequest: {
    schema: actionRequestSchema,
    description: 'A response action: one request, one machine, one operation.',
    examples: actions,
  },
  ActionEnvelope: {
    schema: actionEnvelopeSchema,
    description: 'Body of the actions webhook. `tenantId` must equal the path’s.',
    examples: actions.map((data) => ({ type: 'action.requested', ...envelope, data })),
  },
  PushedIndicator: {
    schema: pushedIndicatorSchema,
    description: 'An indicator, or with `revoked` its withdrawal. What it leaves out comes from the feed.',
  },
  PushEnvelope: {
    schema: documentedPushSchema,
    description:
      'Body of the indicators webhook. `feedId` must equal the path’s. At most 1,000 items, each taken or rejected.',
    examples: [parseExample('push')],
  },
  QueryRequest: { schema: queryRequestSchema, description: 'A hunting query in KQL.' },
  ApproveRequest: {
    schema: approveRequestSchema,
    description: 'Who approves, as it goes into Defender’s comment.',
    examples: [parseExample('approve')],
  },
  RedriveRequest: {
    schema: redriveRequestSchema,
    description: 'Which dead letters to carry on: by id, or all of a kind.',
    examples: [parseExample('redriveKind')],
  },
  SyncRequest: { schema: syncRequestSchema, description: 'With `planId`, only if the plan is still that one.' },
  ConfirmRequest: {
    schema: confirmRequestSchema,
    description: 'The version whose held removals may go.',
    examples: [parseExample('confirm')],
  },
  DrainRequest: {
    schema: drainRequestSchema,
    description: 'The lane to pass through.',
    examples: [parseExample('drain')],
  },
  AlertResponse: {
    schema: responseSchema,
    description: 'What is done on an alert: filters, and the action without machine and comment.',
    examples: [parseExample('alertResponse')],
  },
  TenantInput: {
    schema: tenantInputSchema,
    description:
      'A tenant as the administrator says; what is left out has the default shown. Read-only fields are ignored.',
    examples: [parseExample('tenant'), { policy: { indicators: { feeds: { phishing: parseExample('feedChoice') } } } }],
  },
  TenantPolicyInput: { schema: tenantPolicySchema, description: 'What may be done in a tenant.' },
  FeedRules: {
    schema: applyShape.rules,
    description: 'The first rule that fits sets the action.',
    examples: [parseExample('applyRules')],
  },
  FeedInput: {
    schema: feedInputSchema,
    description:
      'A feed as the administrator says; `displayName` and `source` are required, the rest has the default shown.',
    examples: [parseExample('feed')],
  },
  CallerInput: {
    schema: callerInputSchema,
    description: 'A caller as the administrator says. It may do nothing by default.',
    examples: [parseExample('caller')],
  },
  Partner: {
    schema: partnerSchema,
    description: '`partner.json` of the deployment: who runs the app.',
    examples: [parseExample('partner')],
  },
} as const satisfies Readonly<Record<string, NamedSchema>>;

/** A component of what we are sent. */
export type InputName = keyof typeof inputSchemas;
