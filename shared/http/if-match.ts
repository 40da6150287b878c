import { RejectedInput } from '../errors.ts';

/** The tags of an `If-Match` header: `undefined` when there is none, `any` for `*`. */
export type IfMatch = 'any' | readonly string[] | undefined;

const entityTag = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/** Reads `If-Match` (RFC 9110 §13.1.1). Throws `invalid_header`. */
export function readIfMatch(headers: Headers): IfMatch {
  const value = headers.get('if-match')?.trim();
  if (value === undefined) return undefined;
  if (value === '*') return 'any';
  // Our tags hold no comma, so a list can be cut at each.
  const tags = value.split(',').map((each) => each.trim());
  if (tags.every((tag) => entityTag.test(tag))) return tags;
  throw new RejectedInput('invalid_header', 'If-Match must be the ETag of an earlier answer, quotes included, or *.', {
    errors: [{ parameter: 'If-Match', code: 'invalid_format', detail: 'Must be an ETag in quotes, or *.' }],
  });
}

/** Whether a document with this tag (none: there is no document) may be changed. Weak tags never match. */
export function fits(ifMatch: IfMatch, etag: string | undefined): boolean {
  if (ifMatch === undefined) return true;
  return etag !== undefined && (ifMatch === 'any' || ifMatch.includes(etag));
}
