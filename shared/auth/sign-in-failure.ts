import { z } from 'zod';
import { TenantSuspended, UpstreamUnavailable } from '../errors.ts';
import type { SuspensionReason } from '../errors.ts';

/**
 * AADSTS numbers that say something about the customer's tenant. Every other number is about us (our credential, our
 * configuration) or about the moment, and no reason to suspend a tenant.
 * Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
 */
const suspensions: Readonly<Record<number, SuspensionReason>> = {
  /** The application is not in the tenant: never consented, or removed by the administrator. */
  700016: 'consent_withdrawn',
  7000229: 'consent_withdrawn',
  /** The application is there, but turned off. */
  7000112: 'consent_withdrawn',
  65001: 'consent_withdrawn',
  /** The resource is not in the tenant: no licence for Defender. */
  500011: 'not_licensed',
  650052: 'not_licensed',
  /** No such tenant in this cloud. */
  90002: 'unknown_tenant',
};

/** Our own credential must be put right, or Entra is down: a minute changes neither. */
const retryAfterMs = 60_000;

/**
 * What a failed sign-in in a tenant means: the tenant is to be suspended, or it is to be tried again. `refusedWith`: the
 * AADSTS numbers that were read on the way, for an error that names none.
 */
export function toSignInFailure(
  tenantId: string,
  error: unknown,
  refusedWith: readonly number[],
): TenantSuspended | UpstreamUnavailable {
  const named = toSignInCodes(error);
  const codes = named.length > 0 ? named : refusedWith;
  const signInCode = codes.find((code) => code in suspensions);
  const reason = signInCode === undefined ? undefined : suspensions[signInCode];
  if (reason !== undefined)
    return new TenantSuspended(tenantId, reason, { ...(signInCode && { signInCode }), cause: error });
  const what = codes.length === 0 ? 'no answer that could be used' : `AADSTS${codes.join(', AADSTS')}`;
  return new UpstreamUnavailable(`The sign-in in tenant ${tenantId} failed: ${what}.`, { retryAfterMs, cause: error });
}

const code = z.coerce.number().int().positive();

/** Where the SDK keeps Entra's `error_codes`, depending on which of its layers read the answer. */
const layerSchema = z.object({
  errorNo: code.optional().catch(undefined),
  errorResponse: z
    .object({ errorCodes: z.array(code) })
    .optional()
    .catch(undefined),
  message: z.string().catch(''),
  cause: z.unknown().optional(),
});

/**
 * The AADSTS numbers of an error of `@azure/identity`, from the outermost error to its deepest cause. Taken from Entra's
 * structured answer; only where no layer kept it, from the number that its description begins with.
 */
export function toSignInCodes(error: unknown): readonly number[] {
  const layers: z.infer<typeof layerSchema>[] = [];
  for (let next = error; next !== undefined && next !== null && layers.length < 8; next = layers.at(-1)?.cause) {
    const layer = layerSchema.safeParse(next);
    if (!layer.success) break;
    layers.push(layer.data);
  }
  const structured = layers.flatMap(
    ({ errorNo, errorResponse }) => errorResponse?.errorCodes ?? (errorNo === undefined ? [] : [errorNo]),
  );
  if (structured.length > 0) return [...new Set(structured)];
  const described = layers.flatMap(({ message }) => /AADSTS(\d+)/.exec(message)?.slice(1) ?? []);
  return [...new Set(described.map(Number))];
}
