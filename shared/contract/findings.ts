import type { z } from 'zod';
import type { FieldErrorCode } from './codes.ts';
import { fieldErrorCodes } from './codes.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What is wrong at one place, and the sentence that says so; never a value from the input. */
export interface Finding {
  readonly path: Path;
  readonly code: FieldErrorCode;
  readonly detail: string;
}

/** Zod's issues in the contract's words. `input` is the value that was parsed: it tells a missing field from a wrong one. */
export function findingsOf(issues: readonly Issue[], input: unknown): Finding[] {
  return issues.flatMap((issue) => fromIssue(issue, input, []));
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    input,
  );
}

function fromIssue(issue: Issue, input: unknown, prefix: Path): Finding[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], code: 'unknown_field', detail: 'Unknown field.' }));
  }
  if (issue.code === 'custom') return [{ path, code: codeOf(issue.params), detail: issue.message }];
  const value = valueAt(input, path);
  if (value === undefined) return [{ path, code: 'required', detail: 'Required.' }];
  if (issue.code === 'invalid_union') return fromUnion(issue, input, path);
  if (issue.code === 'invalid_key')
    return issue.issues.slice(0, 1).map((inner) => ({ path, ...fromPlainIssue(inner, path.at(-1)) }));
  return [{ path, ...fromPlainIssue(issue, value) }];
}

/** Of a union's branches the one that failed deepest: it is the one that was meant. */
function fromUnion(issue: Extract<Issue, { code: 'invalid_union' }>, input: unknown, path: Path): Finding[] {
  if (issue.errors.length === 0) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
    const values = options.filter((option) => option !== undefined);
    return [{ path, ...notOneOf(values, valueAt(input, path)) }];
  }
  const meant = issue.errors.filter((branch) => branch.every((inner) => inner.path.length > 0))[0];
  if (meant) return meant.flatMap((inner) => fromIssue(inner, input, path));
  const atRoot = issue.errors.flat().filter((inner) => inner.path.length === 0);
  const value = valueAt(input, path);
  const literals = atRoot.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []));
  const other = atRoot.find((inner) => inner.code !== 'invalid_value' && inner.code !== 'invalid_type');
  if (other) return fromIssue(other, input, path);
  const kinds = [
    ...literals.map(String),
    ...atRoot.flatMap((inner) => (inner.code === 'invalid_type' ? [kindOf(inner.expected)] : [])),
  ];
  const typeFits = literals.some((literal) => typeof literal === typeof value);
  return [{ path, code: typeFits ? 'invalid_value' : 'invalid_type', detail: `Must be ${kinds.join(' or ')}.` }];
}

function fromPlainIssue(issue: Issue, value: unknown): Omit<Finding, 'path'> {
  switch (issue.code) {
    case 'invalid_type':
      return {
        code: 'invalid_type',
        detail: `Must be ${kindOf(issue.expected)}${value === null ? '; leave it out instead of null' : ''}.`,
      };
    case 'invalid_value':
      return notOneOf(issue.values, value);
    case 'invalid_format':
      return { code: 'invalid_format', detail: issue.message };
    case 'too_small':
      return sized(issue.origin, 'too_short', `At least ${issue.minimum}`);
    case 'too_big':
      return sized(issue.origin, 'too_long', `At most ${issue.maximum}`);
    default:
      return { code: 'invalid_value', detail: 'Not a value that is taken here.' };
  }
}

/** A number out of its window is a wrong value; a text or list is too short or too long. */
function sized(origin: string, code: FieldErrorCode, bound: string): Omit<Finding, 'path'> {
  const unit = ({ string: 'character', array: 'item' } as Readonly<Record<string, string>>)[origin];
  if (unit === undefined) return { code: 'invalid_value', detail: `${bound}.` };
  return { code, detail: `${bound} ${unit}${bound.endsWith(' 1') ? '' : 's'}.` };
}

function notOneOf(values: readonly unknown[], value: unknown): Omit<Finding, 'path'> {
  const sameType = values.some((allowed) => typeof allowed === typeof value);
  const rule = values.length === 1 ? `Must be ${String(values[0])}.` : `One of ${values.map(String).join(', ')}.`;
  return { code: sameType ? 'invalid_value' : 'invalid_type', detail: rule };
}

function codeOf(params: Readonly<Record<string, unknown>> | undefined): FieldErrorCode {
  return fieldErrorCodes.find((code) => code === params?.['code']) ?? 'invalid_value';
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function kindOf(expected: string): string {
  return kinds[expected] ?? expected;
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null;
}
