import type { FieldError } from '../contract/problem.ts';
import { RejectedInput } from '../errors.ts';

/** The refusal that names every wrong place. */
export function invalidFields(errors: readonly FieldError[]): RejectedInput {
  const detail = errors.length === 1 ? '1 field is wrong.' : `${errors.length} fields are wrong.`;
  return new RejectedInput('invalid_field', detail, { errors });
}
