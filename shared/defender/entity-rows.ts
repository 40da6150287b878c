import { z } from 'zod';
import { toSegment } from './odata.ts';
import { orAbsent, textOrNone } from './or-absent.ts';

/** A file, domain, address or user: `name` is a hash, a host, an address, or a user's name without its domain. */
export interface DefenderEntity {
  readonly kind: 'files' | 'domains' | 'ips' | 'users';
  readonly name: string;
}

const numberOrNone = orAbsent(z.number());

/** A file as Defender gives it, as far as we use it; fields that it leaves empty are absent. */
export const defenderFileSchema = z.object({
  sha1: textOrNone,
  sha256: textOrNone,
  md5: textOrNone,
  size: numberOrNone,
  fileType: textOrNone,
  globalPrevalence: numberOrNone,
  globalFirstObserved: textOrNone,
  globalLastObserved: textOrNone,
  determinationType: textOrNone,
  determinationValue: textOrNone,
});

/** A file as Defender gives it. */
export type DefenderFile = Readonly<z.output<typeof defenderFileSchema>>;

/** How much of the organization has met something, and when. The pages show numbers; some services write them as text. */
export const defenderStatsSchema = z.object({
  organizationPrevalence: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ])
    .nullish()
    .transform((prevalence) => prevalence ?? 0),
  orgFirstSeen: textOrNone,
  orgLastSeen: textOrNone,
});

/** How much of the organization has met a file, domain or address. */
export type DefenderStats = Readonly<z.output<typeof defenderStatsSchema>>;

/** A machine that has met something, in short. */
export const defenderMachineSummarySchema = z.object({
  id: z.string().toLowerCase(),
  computerDnsName: textOrNone,
  lastSeen: textOrNone,
});

/** A machine that has met something, in short. */
export type DefenderMachineSummary = Readonly<z.output<typeof defenderMachineSummarySchema>>;

/** Path of everything about one entity. */
export function entityPath({ kind, name }: DefenderEntity): string {
  return `/api/${kind}/${toSegment(name)}`;
}
