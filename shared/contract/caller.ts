import { z } from 'zod';
import type { Immutable } from './primitives.ts';
import {
  callerIdSchema,
  feedIdSchema,
  guidSchema,
  listOrAllSchema,
  readOnlyField,
  tenantIdSchema,
  text,
  timeSchema,
  webUrlSchema,
} from './primitives.ts';
import { callbackTypeSchema } from './callback-event.ts';

/** What a caller may do; `admin` is in no document but an app role of the home tenant. Equal to the app roles' names. */
export const scopeSchema = z.enum([
  'alerts:write',
  'actions:write',
  'actions:approve',
  'indicators:read',
  'indicators:write',
  'machines:read',
  'queries:run',
  'operations:read',
  'deadletters:read',
  'deadletters:write',
]);
export type Scope = z.output<typeof scopeSchema>;

/** How a caller shows who it is: a signature made with the Key Vault secret `caller-{callerId}`, or an Entra token. */
const authenticationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('Signature') }),
  z.strictObject({ kind: z.literal('Entra'), tenantId: tenantIdSchema, appId: guidSchema }),
]);
export type CallerAuthentication = Immutable<z.output<typeof authenticationSchema>>;

const callbackShape = { url: webUrlSchema, events: listOrAllSchema(callbackTypeSchema).default('All') } as const;
const editableShape = {
  displayName: text(1, 256),
  authentication: authenticationSchema,
  scopes: z.array(scopeSchema).default([]),
  tenants: listOrAllSchema(tenantIdSchema).default([]),
  feeds: listOrAllSchema(feedIdSchema).default([]),
  expiresAt: timeSchema.optional(),
} as const;

/**
 * What `PUT /callers/{callerId}` takes, with every default filled in. Read-only fields are dropped; see `pathIdErrors`
 * for `callerId`, and `egressUrlErrors` for the address of the callback.
 */
export const callerInputSchema = z
  .strictObject({
    ...editableShape,
    callerId: readOnlyField,
    callback: z
      .strictObject({
        ...callbackShape,
        status: readOnlyField,
        lastSuccessAt: readOnlyField,
        lastFailure: readOnlyField,
      })
      .transform(({ url, events }) => ({ url, events }))
      .optional(),
  })
  .transform(({ callerId: _callerId, ...editable }) => editable);

/** What an administrator says about a caller. */
export type CallerInput = Immutable<z.output<typeof callerInputSchema>>;

export const callbackStatusSchema = z.enum(['Unverified', 'Active', 'Failing', 'Disabled']);
export type CallbackStatus = z.output<typeof callbackStatusSchema>;

/** `GET /callers/{callerId}`. `lastFailure` says when and why, in words. */
export const callerDocumentSchema = z.strictObject({
  callerId: callerIdSchema,
  ...editableShape,
  callback: z
    .strictObject({
      ...callbackShape,
      status: callbackStatusSchema,
      lastSuccessAt: timeSchema.optional(),
      lastFailure: z.strictObject({ at: timeSchema, detail: z.string() }).optional(),
    })
    .optional(),
});
export type CallerDocument = Immutable<z.output<typeof callerDocumentSchema>>;
