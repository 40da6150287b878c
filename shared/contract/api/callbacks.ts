import type { z } from 'zod';
import type { CallbackType } from '../callback-event.ts';
import { callbackEventSchema, verifyAnswerSchema } from '../callback-event.ts';
import type { OpenApiOperation, OpenApiParameter, OpenApiPath } from './document.ts';
import type { NamedSchema } from './named-schema.ts';
import { parseExample } from './named-schema.ts';

/** When each callback is sent (contract §10). */
const summaries: Readonly<Record<CallbackType, string>> = {
  'alert.created': 'An alert is in Defender',
  'alert.updated': 'An alert of ours was changed in Defender, not by us',
  'alert.failed': 'An alert could not be made or changed',
  'alert.observed': 'Any alert of the tenant from the observed severity on is new or changed, whoever made it',
  'action.held': 'An action waits for approval',
  'action.succeeded': 'An action succeeded',
  'action.failed': 'An action failed',
  'action.canceled': 'An action was canceled',
  'indicators.synced': 'A sync changed something',
  'indicators.held': 'A feed shrank too far: its removals wait',
  'tenant.connected': 'A tenant is connected',
  'tenant.suspended': 'A tenant lets us in no more',
  'tenant.removed': 'A tenant is removed',
  'callback.verify':
    'The address is new or changed: answer with the challenge in 10 s; until then nothing else is sent',
};

const eventSchemas: readonly (readonly [CallbackType, z.ZodType])[] = callbackEventSchema.options.map((schema) => [
  schema.shape.type.value,
  schema,
]);

/** The bodies of callbacks, and the answer to the one that wants an answer. */
export const callbackSchemas: Readonly<Record<string, NamedSchema>> = {
  ...Object.fromEntries(
    eventSchemas.map(([type, schema]) => [
      nameOf(type),
      {
        schema,
        description: `${summaries[type]}.`,
        ...(type === 'action.succeeded' ? { examples: [parseExample('callback')] } : {}),
      },
    ]),
  ),
  VerifyAnswer: { schema: verifyAnswerSchema, description: 'The challenge, as it came.' },
};

/** What we send: signed with the secret `callback-{callerId}`, at least once, in any order. */
export function toWebhooks(): Readonly<Record<string, OpenApiPath>> {
  return Object.fromEntries(eventSchemas.map(([type]) => [type, { post: toOperation(type) }]));
}

function toOperation(type: CallbackType): OpenApiOperation {
  const isVerify = type === 'callback.verify';
  const answered = {
    description: 'The challenge.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/VerifyAnswer' } } },
  };
  return {
    operationId: `on${nameOf(type)}`,
    summary: summaries[type],
    security: [],
    parameters: signatureHeaders,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${nameOf(type)}` } } },
    },
    responses: isVerify
      ? { '200': answered }
      : {
          '2XX': { description: 'Taken; the body is not read.' },
          '410': { description: 'Nothing more is sent to this address.' },
          default: { description: 'Tried again, with `Retry-After` honoured.' },
        },
  };
}

const signatureHeaders: readonly OpenApiParameter[] = [
  ['webhook-id', 'The same at every attempt: how a repetition is told.'],
  ['webhook-timestamp', 'Seconds since 1970, of this attempt.'],
  ['webhook-signature', 'Standard Webhooks `v1` over id, timestamp and body.'],
].map(([name = '', description = '']) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
}));

function nameOf(type: CallbackType): string {
  return `${type
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Event`;
}
