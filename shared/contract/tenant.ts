import { z } from 'zod';
import type { Immutable } from './primitives.ts';
import { readOnlyField, refusal, tenantIdSchema, text, timeSchema } from './primitives.ts';
import { tenantPolicySchema } from './tenant-policy.ts';

export const tenantStatusSchema = z.enum(['Connected', 'Paused', 'Suspended', 'Removing', 'Removed']);
export const cloudSchema = z.enum(['Commercial', 'Gcc', 'GccHigh', 'DoD']);
/** Geo prefixes of Defender's hosts; none means the one that routes by itself. */
export const regionSchema = z.enum(['us', 'eu', 'uk', 'au', 'swa', 'ina', 'aea']);
/** How a scenario stands in a tenant, from its last check. */
export const scenarioCheckSchema = z.enum(['Works', 'RoleMissing', 'NotLicensed', 'Failing', 'Unknown']);

export type TenantStatus = z.output<typeof tenantStatusSchema>;
export type Cloud = z.output<typeof cloudSchema>;
export type Region = z.output<typeof regionSchema>;
export type ScenarioCheck = z.output<typeof scenarioCheckSchema>;

/** The last check of what the tenant lets us do. */
export const tenantCheckSchema = z.strictObject({
  checkedAt: timeSchema,
  alertIngest: scenarioCheckSchema,
  indicatorSync: scenarioCheckSchema,
  responseAction: scenarioCheckSchema,
  missingRoles: z.array(z.string()),
});
export type TenantCheck = Immutable<z.output<typeof tenantCheckSchema>>;

const editableShape = {
  displayName: text(1, 256),
  cloud: cloudSchema.default('Commercial'),
  region: regionSchema.optional(),
  paused: z.boolean().default(false),
  policy: tenantPolicySchema.prefault({}),
} as const;

/**
 * What `PUT /tenants/{tenantId}` takes, with every default filled in, but for `displayName`: where it is left out the
 * route takes the tenant's id. Read-only fields are dropped; see `pathIdErrors` for `tenantId`.
 */
export const tenantInputSchema = z
  .strictObject({
    ...editableShape,
    displayName: editableShape.displayName.optional(),
    tenantId: readOnlyField,
    status: readOnlyField,
    connectedAt: readOnlyField,
    check: readOnlyField,
  })
  .refine(
    ({ cloud, region }) => region === undefined || cloud === 'Commercial',
    refusal('mismatch', 'Only the Commercial cloud has regions.', ['region']),
  )
  .transform(
    ({ tenantId: _tenantId, status: _status, connectedAt: _connectedAt, check: _check, ...editable }) => editable,
  );

/** What an administrator says about a tenant. */
export type TenantInput = Immutable<z.output<typeof tenantInputSchema>>;
export type TenantPolicy = TenantInput['policy'];

/** `GET /tenants/{tenantId}`. */
export const tenantDocumentSchema = z.strictObject({
  tenantId: tenantIdSchema,
  ...editableShape,
  status: tenantStatusSchema,
  connectedAt: timeSchema.optional(),
  check: tenantCheckSchema.optional(),
});
export type TenantDocument = Immutable<z.output<typeof tenantDocumentSchema>>;
