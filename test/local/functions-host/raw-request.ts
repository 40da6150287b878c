import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** Sends exactly the given target, headers and body chunks, which `fetch` would tidy up. */
export function sendRaw(baseUrl: string, options: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      hostname,
      port,
      path: options.target,
      method: options.method ?? 'GET',
      headers: [...(options.headers ?? []), 'host', `${hostname}:${port}`],
      agent: false,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    for (const chunk of options.chunks ?? []) outgoing.write(chunk);
    outgoing.end();
  });
}

export interface RawRequest {
  readonly target: string;
  readonly method?: string;
  /** Name, value, name, value, … */
  readonly headers?: readonly string[];
  /** Sent chunked unless `headers` has a content-length. */
  readonly chunks?: readonly (string | Uint8Array)[];
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
