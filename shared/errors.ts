import type { FieldError, ProblemCode } from './contract/problem.ts';
import type { OperationErrorCode } from './contract/operation.ts';

/** The request is refused: answered at once with a problem document, nothing stored, never retried. */
export class RejectedInput extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;
  /** Further members of the problem document (`rule`, `operationId`, `candidates`) and headers of the answer (`Allow`, `Retry-After`). */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, more: RejectedInputMore = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'RejectedInput';
    this.code = code;
    this.errors = more.errors;
    this.extra = more.extra ?? {};
    this.headers = more.headers ?? {};
  }
}

/** What a refusal may carry besides its code and text. */
export interface RejectedInputMore {
  readonly errors?: readonly FieldError[];
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Ids of an answer on Microsoft's side, kept for support: `request-id` header and `error.target`. */
export interface UpstreamIds {
  readonly requestId?: string;
  readonly correlationId?: string;
}

/** Microsoft (or a feed's server) said no, and will say no again: final, with a reason from the contract's closed list. */
export class UpstreamRefused extends Error {
  readonly code: OperationErrorCode;
  /** HTTP status of the refusal; absent when no answer came (an unusable body, say). */
  readonly status: number | undefined;
  /** Defender's own `error.code`, or the AADSTS number of a refused sign-in. */
  readonly defenderCode: string | undefined;
  /** With `role_missing`: the application role that the call needs and the tenant did not grant. */
  readonly missingRole: string | undefined;
  /** Microsoft's own words, for a person to read: nothing is decided by them, and they are never logged (they may quote a query). */
  readonly said: string | undefined;
  readonly upstream: UpstreamIds;

  constructor(code: OperationErrorCode, message: string, more: UpstreamRefusedMore = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'UpstreamRefused';
    this.code = code;
    this.status = more.status;
    this.defenderCode = more.defenderCode;
    this.missingRole = more.missingRole;
    this.said = more.said;
    this.upstream = more.upstream ?? {};
  }
}

/** Whether Microsoft refused a call with this HTTP status. */
export function isRefused(error: unknown, status: number): error is UpstreamRefused {
  return error instanceof UpstreamRefused && error.status === status;
}

/** What a final refusal may carry besides its code and text. */
export interface UpstreamRefusedMore {
  readonly status?: number;
  readonly defenderCode?: string;
  readonly missingRole?: string;
  readonly said?: string;
  readonly upstream?: UpstreamIds;
  readonly cause?: unknown;
}

/** Not now: try again after `retryAfterMs`. `throttled` means that a limit said so (ours or theirs): that is never counted as an attempt. */
export class UpstreamUnavailable extends Error {
  readonly retryAfterMs: number;
  readonly throttled: boolean;
  readonly upstream: UpstreamIds;

  constructor(message: string, more: UpstreamUnavailableMore) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'UpstreamUnavailable';
    this.retryAfterMs = more.retryAfterMs;
    this.throttled = more.throttled ?? false;
    this.upstream = more.upstream ?? {};
  }
}

/** When to come back, and whether a limit was the reason. */
export interface UpstreamUnavailableMore {
  readonly retryAfterMs: number;
  readonly throttled?: boolean;
  readonly upstream?: UpstreamIds;
  readonly cause?: unknown;
}

/** Why nothing can be sent to a tenant until its administrator acts. `unknown_tenant`: not in the registry, or not a tenant of this cloud. */
export type SuspensionReason = 'consent_withdrawn' | 'not_licensed' | 'unknown_tenant';

/** Microsoft lets us into this tenant no more: the tenant is to be suspended; what is accepted waits for the next consent. */
export class TenantSuspended extends Error {
  readonly tenantId: string;
  readonly reason: SuspensionReason;
  /** The AADSTS number of the refused sign-in, where there was one. */
  readonly signInCode: number | undefined;
  readonly upstream: UpstreamIds;

  constructor(tenantId: string, reason: SuspensionReason, more: TenantSuspendedMore = {}) {
    super(
      `Tenant ${tenantId} lets us in no more: ${reason}.`,
      more.cause === undefined ? undefined : { cause: more.cause },
    );
    this.name = 'TenantSuspended';
    this.tenantId = tenantId;
    this.reason = reason;
    this.signInCode = more.signInCode;
    this.upstream = more.upstream ?? {};
  }
}

/** What a suspension may carry besides its reason. */
export interface TenantSuspendedMore {
  readonly signInCode?: number;
  readonly upstream?: UpstreamIds;
  readonly cause?: unknown;
}

/** Settings are wrong or missing: the app does not start. `problems` names every one, without values. */
export class InvalidSettings extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The app cannot start, ${problems.length} settings are wrong:\n${problems.map((p) => `- ${p}`).join('\n')}`);
    this.name = 'InvalidSettings';
    this.problems = problems;
  }
}
