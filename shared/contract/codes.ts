/** The closed lists of codes that more than one topic names (contract §9). */

/** Why a field of a request is refused: `errors[].code` of `invalid_field`. */
export const fieldErrorCodes = [
  'required',
  'invalid_type',
  'invalid_value',
  'invalid_format',
  'too_short',
  'too_long',
  'unknown_field',
  'mismatch',
] as const;

/** Why a field of a request is refused. */
export type FieldErrorCode = (typeof fieldErrorCodes)[number];

/** Why an indicator of a feed, a push or an action is refused. */
export const feedRejectCodes = [
  'unreadable',
  'unsupported_type',
  'unsupported_pattern',
  'invalid_value',
  'action_not_allowed',
  'private_address',
  'address_range',
  'warning_list',
  'protected_name',
  'expired',
  'duplicate',
] as const;

/** Why an accepted indicator of a feed is not in a tenant. */
export const leftOutCodes = ['below_policy', 'over_capacity', 'held_by_customer', 'defender_refused'] as const;

/** Why a machine action is not available on a machine (contract §8). */
export const unavailableCodes = [
  'refused_by_policy',
  'role_missing',
  'os_not_supported',
  'already_running',
  'not_onboarded',
] as const;

/** Why a part of a view could not be read (contract §8): the codes that problems and operations have for the same. */
export const unreadCodes = [
  'role_missing',
  'refused_by_policy',
  'feature_disabled',
  'defender_refused',
  'too_many_requests',
  'temporarily_unavailable',
] as const;
