import { v1Issuer, v2Issuer } from '../entra/access-token.ts';
import { objectIdOf } from '../entra/directory.ts';
import type { EntraContext } from '../entra/context.ts';

/** A token to order; what is left out is that of a valid token for the partner's app. */
export interface TokenOrder {
  /** `iss` and `tid`; the home tenant. */
  readonly tenantId?: string;
  readonly version?: '1.0' | '2.0';
  /** The partner's app. */
  readonly audience?: string;
  /** `azp` or `appid`. */
  readonly clientId?: string;
  readonly roles?: readonly string[];
  /** Default 3900; negative: already expired. */
  readonly lifetimeSeconds?: number;
  /** Set last, over everything else; `null` takes a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signed with a key that no key set holds. */
  readonly isForged?: boolean;
}

export function mintToken(context: EntraContext, order: TokenOrder): Promise<string> {
  const { directory, signer } = context;
  const tenantId = order.tenantId ?? directory.homeTenantId;
  const clientId = order.clientId ?? directory.clientId;
  const isV1 = order.version === '1.0';
  const objectId = objectIdOf(tenantId, clientId);
  const claims = {
    aud: order.audience ?? directory.clientId,
    iss: isV1 ? v1Issuer(tenantId) : v2Issuer(context, tenantId),
    ...(isV1 ? { appid: clientId, appidacr: '1', ver: '1.0' } : { azp: clientId, azpacr: '1', ver: '2.0' }),
    oid: objectId,
    sub: objectId,
    tid: tenantId,
    idtyp: 'app',
    ...(order.roles ? { roles: order.roles } : {}),
    ...order.claims,
  };
  const kept = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
  const sign = order.isForged ? signer.signWithStrangeKey : signer.sign;
  return sign(kept, order.lifetimeSeconds ?? 3_900);
}
