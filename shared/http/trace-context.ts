/** W3C Trace Context: version, trace id, parent id, flags; a later version may add fields. */
const traceparentPattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The trace id of a `traceparent` header (https://www.w3.org/TR/trace-context/); `undefined` when there is none or it is not valid. */
export function traceIdOf(traceparent: string | null): string | undefined {
  const [, version, traceId, more] = traceparentPattern.exec(traceparent?.trim() ?? '') ?? [];
  return version === '00' && more !== undefined ? undefined : traceId;
}

/** The caller's `traceparent` as work keeps it; nothing when there is none or it is not valid. */
export function readTraceparent(headers: Headers): { readonly traceparent?: string } {
  const traceparent = headers.get('traceparent');
  return traceparent === null || traceIdOf(traceparent) === undefined ? {} : { traceparent };
}
