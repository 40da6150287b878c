import { z } from 'zod';
import { ipAddressSchema } from './machine-selector.ts';
import type { Immutable } from './primitives.ts';
import { refusal, sha1Schema, sha256Schema, text, textLike, timeSchema } from './primitives.ts';

const hashes = { sha1: sha1Schema.optional(), sha256: sha256Schema.optional() } as const;
const fileName = text(1, 255).optional();

/** What an alert is about, with Defender's names (contract §4): what the event is searched by. */
export const evidenceSchema = z.discriminatedUnion('entityType', [
  z
    .strictObject({ entityType: z.literal('File'), ...hashes, fileName, filePath: text(1, 4096).optional() })
    .refine(
      ({ sha1, sha256 }) => sha1 !== undefined || sha256 !== undefined,
      refusal('required', 'Give sha1 or sha256.'),
    ),
  z
    .strictObject({
      entityType: z.literal('Process'),
      processId: z.int().min(0).max(4_294_967_295).optional(),
      processCommandLine: text(1, 32_768).optional(),
      ...hashes,
      fileName,
      processCreationTime: timeSchema.optional(),
    })
    .refine(
      ({ processId, processCommandLine, sha1, sha256 }) =>
        [processId, processCommandLine, sha1, sha256].some((value) => value !== undefined),
      refusal('required', 'Give processId, processCommandLine, sha1 or sha256.'),
    ),
  z.strictObject({ entityType: z.literal('Ip'), ipAddress: ipAddressSchema }),
  z.strictObject({
    entityType: z.literal('Url'),
    url: text(1, 2048).regex(/^\S*$/, { error: 'Must be a domain or URL.' }),
  }),
  z
    .strictObject({
      entityType: z.literal('User'),
      accountName: text(1, 256).optional(),
      userPrincipalName: text(1, 320).optional(),
      userSid: textLike(/^S-1-\d+(?:-\d+){1,15}$/i, 'Must be a SID.').optional(),
      domainName: text(1, 255).optional(),
    })
    .refine(
      ({ accountName, userPrincipalName, userSid }) =>
        [accountName, userPrincipalName, userSid].some((value) => value !== undefined),
      refusal('required', 'Give accountName, userPrincipalName or userSid.'),
    ),
]);

/** What an alert is about. */
export type Evidence = Immutable<z.output<typeof evidenceSchema>>;
