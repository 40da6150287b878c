import { randomUUID } from 'node:crypto';
import { json } from '../../http/exchange.ts';
import { route } from '../../http/router.ts';
import type { SimulatorClock } from '../../clock.ts';
import type { Exchange, Reply } from '../../http/exchange.ts';
import type { Route } from '../../http/router.ts';

export interface Download {
  readonly name: string;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Files behind links that need no token of the caller's and live for a while. */
export interface Downloads {
  /** At the host that was called. */
  link(exchange: Exchange, file: Download, validMs: number): string;
  readonly routes: readonly Route[];
}

const path = '/downloads';

export function createDownloads(clock: SimulatorClock): Downloads {
  const links = new Map<string, { readonly file: Download; readonly expiresMs: number }>();
  const answer = (exchange: Exchange): Reply => {
    const link = links.get(exchange.query.get('token') ?? '');
    if (!link) return json(404, { error: 'There is no such file.' });
    if (link.expiresMs <= clock.now()) return json(403, { error: 'The link has expired.' });
    const { name, contentType, body } = link.file;
    const headers = { 'content-type': contentType, 'content-disposition': `attachment; filename="${name}"` };
    return { status: 200, headers, body };
  };
  return {
    link: ({ host }, file, validMs) => {
      const token = randomUUID();
      links.set(token, { file, expiresMs: clock.now() + validMs });
      return `https://${host}${path}/${encodeURIComponent(file.name)}?token=${token}`;
    },
    routes: [route('GET', `${path}/{name}`, answer)],
  };
}
