/** A cookie as ASP.NET writes it: name and value URL-encoded, `path=/` unless told otherwise. */
export function toSetCookie(cookie: RpcCookie): string {
  const expires = cookie.expires?.value?.seconds;
  const sameSite = { explicitNone: 'none', lax: 'lax', strict: 'strict', none: undefined }[cookie.sameSite ?? 'none'];
  return [
    `${escape(cookie.name)}=${escape(cookie.value)}`,
    expires === undefined ? undefined : `expires=${new Date(expires * 1000).toUTCString()}`,
    cookie.maxAge?.value === undefined ? undefined : `max-age=${Math.trunc(cookie.maxAge.value)}`,
    cookie.domain?.value === undefined ? undefined : `domain=${cookie.domain.value}`,
    `path=${cookie.path?.value ?? '/'}`,
    cookie.secure?.value ? 'secure' : undefined,
    sameSite === undefined ? undefined : `samesite=${sameSite}`,
    cookie.httpOnly?.value ? 'httponly' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

/** A cookie as the library hands it over. */
export interface RpcCookie {
  readonly name: string;
  readonly value: string;
  readonly domain?: Nullable<string>;
  readonly path?: Nullable<string>;
  readonly expires?: Nullable<{ readonly seconds: number }>;
  readonly secure?: Nullable<boolean>;
  readonly httpOnly?: Nullable<boolean>;
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  readonly maxAge?: Nullable<number>;
}

type Nullable<T> = { readonly value?: T } | undefined;

function escape(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
