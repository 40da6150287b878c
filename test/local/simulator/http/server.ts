import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readClaims } from '../entra/tokens.ts';
import type { Exchange } from './exchange.ts';

export interface Listener {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ListenerOptions {
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly handle: (exchange: Exchange, response: ServerResponse) => Promise<void>;
}

/** Listens on the loopback address; reads each request whole before it is handled. */
export async function listen({ port, tls, handle }: ListenerOptions): Promise<Listener> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    toExchange(request)
      .then((exchange) => handle(exchange, response))
      .catch((error: unknown) => {
        if (request.errored || request.socket.destroyed) return; // the caller went away
        process.stderr.write(`simulator: ${error instanceof Error ? error.stack : String(error)}\n`);
        response.destroy();
      });
  };
  const server: Server = tls ? createTlsServer(tls, answer) : createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function toExchange(request: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const host = request.headers.host ?? 'localhost';
  const url = new URL(request.url ?? '/', `http://${host}`);
  const body = Buffer.concat(chunks);
  const exchange = {
    requestId: randomUUID(),
    host,
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
    applied: false,
  };
  return { ...exchange, ...identify(exchange) };
}

/** Who is asking about which tenant, taken at its word: a log and a fault need no proof. */
function identify(exchange: Omit<Exchange, 'tenantId' | 'clientId'>): Pick<Exchange, 'tenantId' | 'clientId'> {
  const token = /^Bearer +(\S+)$/i.exec(exchange.headers.authorization ?? '')?.[1];
  const claims = token === undefined ? undefined : readClaims(token);
  if (claims) return { tenantId: textOrNull(claims['tid']), clientId: textOrNull(claims['appid'] ?? claims['azp']) };
  const isForm = exchange.headers['content-type']?.includes('x-www-form-urlencoded') ?? false;
  const form = isForm ? new URLSearchParams(exchange.body.toString('utf8')) : exchange.query;
  const inPath = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//i.exec(exchange.path)?.[1];
  return { tenantId: inPath?.toLowerCase() ?? null, clientId: form.get('client_id') };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
