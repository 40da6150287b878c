const jsonType = /^application\/(?:json|[a-z0-9!#$&^_.-]+\+json)$/;

/** Whether a body with these headers is JSON that we read: `application/json` or `application/…+json`, UTF-8, not compressed. */
export function isReadableJson(contentType: string | null, contentEncoding: string | null): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charsets = parameters.map((each) => each.trim()).filter((each) => each.startsWith('charset='));
  return (
    jsonType.test(type.trim()) &&
    charsets.every((each) => /^charset=("?)utf-?8\1$/.test(each)) &&
    ['', 'identity'].includes((contentEncoding ?? '').trim().toLowerCase())
  );
}
