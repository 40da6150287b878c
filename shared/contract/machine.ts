import { z } from 'zod';
import { actionNameSchema } from './action.ts';
import { unavailableCodes, unreadCodes } from './codes.ts';
import { computerDnsNameSchema, machineAddressSchema } from './machine-selector.ts';
import type { Immutable } from './primitives.ts';
import { durationSchema, operationIdSchema, refusal, text, timeSchema } from './primitives.ts';

/** Defender's words, which may grow: an answer passes on what Defender said. */
const word = z.string();
const count = z.int().min(0);

/** `GET …/machines`: what is given must all fit; text, because it comes as a query. */
export const machineQuerySchema = z.object({
  computerDnsName: computerDnsNameSchema.optional(),
  ipAddress: machineAddressSchema.optional(),
  machineTag: text(1, 200).optional(),
  /** Defender looks users up by this name alone: of any other form it would find none, and say so by an empty list. */
  user: text(1, 256)
    .refine(
      (name) => /^(?!\.{1,2}$)[^@\\/]+$/.test(name),
      refusal('invalid_format', 'Must be a user name without its domain.'),
    )
    .optional(),
});
export type MachineQuery = Immutable<z.output<typeof machineQuerySchema>>;

/** A machine, with Defender's field names (contract §8); fields that Defender leaves empty are left out. */
export const machineSchema = z.strictObject({
  id: word,
  computerDnsName: word.optional(),
  aadDeviceId: word.optional(),
  osPlatform: word.optional(),
  version: word.optional(),
  healthStatus: word.optional(),
  onboardingStatus: word.optional(),
  riskScore: word.optional(),
  exposureLevel: word.optional(),
  deviceValue: word.optional(),
  machineTags: z.array(word).optional(),
  rbacGroupName: word.optional(),
  lastSeen: timeSchema.optional(),
  lastIpAddress: word.optional(),
});
export type Machine = Immutable<z.output<typeof machineSchema>>;

const logonUserSchema = z.strictObject({
  accountName: word,
  accountDomain: word.optional(),
  lastSeen: timeSchema.optional(),
  isDomainAdmin: z.boolean().optional(),
});
export type LogonUser = Immutable<z.output<typeof logonUserSchema>>;

const alertSummarySchema = z.strictObject({
  id: word,
  title: word,
  severity: word,
  status: word,
  alertCreationTime: timeSchema.optional(),
});
export type AlertSummary = Immutable<z.output<typeof alertSummarySchema>>;

const availableActionSchema = z.strictObject({
  action: actionNameSchema,
  available: z.boolean(),
  code: z.enum(unavailableCodes).optional(),
});
export type AvailableAction = Immutable<z.output<typeof availableActionSchema>>;

/** A part of a view that could not be read; `pointer` leads to where it would stand. */
export const unreadPartSchema = z.strictObject({
  pointer: z.string().startsWith('#/'),
  code: z.enum(unreadCodes),
  detail: z.string(),
});
export type UnreadPart = Immutable<z.output<typeof unreadPartSchema>>;

/** Everything a playbook asks about a machine, in one answer. A part that could not be read is left out and named in `errors`. */
export const machineViewSchema = z.strictObject({
  machine: machineSchema,
  logonUsers: z.array(logonUserSchema).optional(),
  openAlerts: z.array(alertSummarySchema).optional(),
  runningActions: z
    .array(z.strictObject({ id: word, type: word, status: word, operationId: operationIdSchema.optional() }))
    .optional(),
  vulnerabilities: z.strictObject({ critical: count, high: count, medium: count, low: count }).optional(),
  availableActions: z.array(availableActionSchema).optional(),
  errors: z.array(unreadPartSchema),
});
export type MachineView = Immutable<z.output<typeof machineViewSchema>>;

const knownShape = {
  organization: z
    .strictObject({ prevalence: count, firstSeen: timeSchema.optional(), lastSeen: timeSchema.optional() })
    .optional(),
  machines: z
    .array(z.strictObject({ id: word, computerDnsName: word.optional() }))
    .max(100)
    .optional(),
  alerts: z.array(alertSummarySchema).optional(),
  indicator: z.strictObject({ state: word, action: word.optional(), owners: z.array(word).optional() }).optional(),
  errors: z.array(unreadPartSchema),
} as const;

/** What Defender knows of a file, domain or address. */
export const addressViewSchema = z.strictObject({ ipAddress: word, ...knownShape });
export const domainViewSchema = z.strictObject({ domain: word, ...knownShape });
export const fileViewSchema = z.strictObject({
  file: z.strictObject({
    sha1: word.optional(),
    sha256: word.optional(),
    md5: word.optional(),
    size: count.optional(),
    fileType: word.optional(),
    globalPrevalence: count.optional(),
    globalFirstObserved: timeSchema.optional(),
    globalLastObserved: timeSchema.optional(),
    determinationType: word.optional(),
    determinationValue: word.optional(),
  }),
  ...knownShape,
});
export type AddressView = Immutable<z.output<typeof addressViewSchema>>;
export type DomainView = Immutable<z.output<typeof domainViewSchema>>;
export type FileView = Immutable<z.output<typeof fileViewSchema>>;

/** `POST …/queries`. */
export const queryRequestSchema = z.strictObject({ query: text(1, 32_768), timespan: durationSchema.optional() });
export type QueryRequest = Immutable<z.output<typeof queryRequestSchema>>;

/** Answer to a query: column names and types as Defender gives them, at most 10,000 rows. */
export const queryAnswerSchema = z.strictObject({
  schema: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  results: z.array(z.record(z.string(), z.unknown())).max(10_000),
});
export type QueryAnswer = Immutable<z.output<typeof queryAnswerSchema>>;
