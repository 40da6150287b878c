import type { CallerInput, Scope } from '../contract/caller.ts';
import { callerIdSchema, parseTimeMs } from '../contract/primitives.ts';

/** Who calls, and how far that goes. */
export interface Caller {
  /** Id of the caller's document; of an administrator the object id of the token. */
  readonly callerId: string;
  readonly scopes: readonly Scope[];
  readonly tenants: 'All' | readonly string[];
  readonly feeds: 'All' | readonly string[];
  /** Holds every scope for every tenant and feed, and the administrator's routes besides. */
  readonly isAdmin: boolean;
  readonly via: 'Signature' | 'Entra' | 'Nobody';
}

/** What a route asks for: a scope, or to be an administrator. */
export type NeededScope = Scope | 'admin';

/** What a request is about. */
export type Target = { readonly tenantId: string } | { readonly feedId: string } | Readonly<Record<never, never>>;

/** A token whose signature, audience, issuer and times hold. Ids in lower case. */
export interface VerifiedToken {
  readonly tenantId: string;
  readonly roles: readonly string[];
  /** The application that asked for the token (`azp`). */
  readonly appId?: string;
  /** The service principal or person (`oid`). */
  readonly objectId?: string;
  /** A person signed in (`scp`): the roles are the person's, not the application's. */
  readonly isDelegated?: boolean;
}

/** Everything a caller can be told by. `acceptsSignature`: the route is a webhook. */
export interface AuthenticationRequest {
  readonly headers: Headers;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
  readonly acceptsSignature: boolean;
}

/** The caller, or why there is none: the reason is for our log, never for the answer. */
export type Authentication = { readonly caller: Caller } | { readonly refused: string };

/** Tells who calls. Throws `UpstreamUnavailable` when the keys to tell it by cannot be had. */
export type Authenticate = (request: AuthenticationRequest) => Promise<Authentication>;

/** The caller of a public route. */
export const nobody: Caller = { callerId: 'nobody', scopes: [], tenants: [], feeds: [], isAdmin: false, via: 'Nobody' };

/** The administrator that a token stands for: the app role `admin` counts only in a token of the home tenant (contract §13). */
export function administratorOf(token: VerifiedToken, homeTenantId: string): Caller | undefined {
  if (token.tenantId !== homeTenantId || !token.roles.includes('admin')) return undefined;
  const callerId = token.objectId ?? token.appId;
  if (callerId === undefined) return undefined;
  return { callerId, scopes: [], tenants: 'All', feeds: 'All', isAdmin: true, via: 'Entra' };
}

/** A caller's document, with its id. */
export interface KnownCaller {
  readonly callerId: string;
  readonly document: CallerInput;
}

/**
 * The caller that a document describes, however it proved to be that one. `roles` are those of its token: what the token
 * does not hold, the document cannot give. `undefined` when the document has expired.
 */
export function callerOf(
  { callerId, document }: KnownCaller,
  proof: { readonly nowMs: number; readonly roles?: readonly string[] },
): Caller | undefined {
  const { scopes, tenants, feeds, expiresAt, authentication } = document;
  if (expiresAt !== undefined && parseTimeMs(expiresAt) <= proof.nowMs) return undefined;
  const { roles } = proof;
  const held = roles === undefined ? scopes : scopes.filter((scope) => roles.includes(scope));
  return { callerId, scopes: held, tenants, feeds, isAdmin: false, via: authentication.kind };
}

/** Whether a caller may do what needs `scope` to a target. `Foreign` comes first: what is not the caller's does not exist for it. */
export function mayUse(caller: Caller, scope: NeededScope, target: Target): 'Allowed' | 'Foreign' | 'ScopeMissing' {
  if (caller.isAdmin) return 'Allowed';
  if ('tenantId' in target && !covers(caller.tenants, target.tenantId)) return 'Foreign';
  if ('feedId' in target && !covers(caller.feeds, target.feedId)) return 'Foreign';
  return scope !== 'admin' && caller.scopes.includes(scope) ? 'Allowed' : 'ScopeMissing';
}

function covers(granted: 'All' | readonly string[], id: string): boolean {
  return granted === 'All' || granted.includes(id);
}

/** The caller that a signed request says it comes from: `?caller=`, once. */
export function callerHintOf(query: URLSearchParams): string | undefined {
  const [hint, ...more] = query.getAll('caller');
  return more.length === 0 ? callerIdSchema.safeParse(hint).data : undefined;
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerTokenOf(headers: Headers): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1];
}
