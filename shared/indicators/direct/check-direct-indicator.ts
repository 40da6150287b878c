import { expirationErrors } from '../../contract/indicator-expiry.ts';
import type { IndicatorAction, IndicatorType } from '../../contract/indicator.ts';
import type { FieldError } from '../../contract/problem.ts';
import { checkAction } from '../guard/check-action.ts';
import type { IndicatorIdentity } from '../feed-item.ts';
import { guardIndicator } from '../guard/guard-indicator.ts';
import { normaliseIndicator } from '../normalise/normalise-indicator.ts';

/** What a request says about an indicator, as sent. */
export interface AskedIndicator {
  readonly indicatorType: IndicatorType;
  /** May be defanged. */
  readonly indicatorValue: string;
  readonly action: IndicatorAction;
  readonly expirationTime?: string | undefined;
}

/** What decides besides the request. */
export interface DirectRules {
  /** `ownNames` of partner.json and the tenant's `protectedNames`. */
  readonly names: readonly string[];
  readonly nowMs: number;
}

/** The value in its normal form, or everything that is wrong, for `errors` of 422 `indicator_refused` (contract §5, §6, §12). */
export type CheckedIndicator =
  | { readonly ok: true; readonly identity: IndicatorIdentity }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

const at = '#/data/indicator';

/** Whether an indicator may be asked for directly: value, type with action, expiry and guard. Nothing is cut here, as a feed's would be. */
export function checkDirectIndicator(asked: AskedIndicator, { names, nowMs }: DirectRules): CheckedIndicator {
  const expiry = expirationErrors(asked, nowMs, `${at}/expirationTime`);
  const value = checkIdentity(asked);
  if (!value.ok) return { ok: false, errors: [...value.errors, ...expiry] };
  const { identity } = value;
  const possible = checkAction(identity.indicatorType, asked.action);
  const guarded = guardIndicator(identity, names);
  const errors = [
    ...(possible.ok ? [] : [{ pointer: `${at}/action`, code: possible.code, detail: possible.detail }]),
    ...(guarded.ok ? [] : [{ pointer: `${at}/indicatorValue`, code: guarded.code, detail: guarded.detail }]),
    ...expiry,
  ];
  return errors.length === 0 ? { ok: true, identity } : { ok: false, errors };
}

/** The value in its normal form, or what is wrong with it. */
export function checkIdentity({ indicatorType, indicatorValue }: IndicatorIdentity): CheckedIndicator {
  const normal = normaliseIndicator(indicatorType, indicatorValue);
  if (!normal.ok) {
    return { ok: false, errors: [{ pointer: `${at}/indicatorValue`, code: normal.code, detail: normal.detail }] };
  }
  return { ok: true, identity: { indicatorType: normal.indicatorType, indicatorValue: normal.indicatorValue } };
}
