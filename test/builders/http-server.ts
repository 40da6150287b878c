import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as a test's server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** A real server of one test: its address and everything it was asked. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
}

type Answer = (request: SeenRequest, response: ServerResponse) => unknown;

/** Starts an HTTP server on a free port for the running test; it ends with the test, open connections included. */
export function startHttpServer(answer: Answer): Promise<TestServer> {
  return start(answer, { scheme: 'http', create: (listener) => createServer(listener) });
}

/** The same over TLS. */
export function startHttpsServer(
  identity: { readonly key: string; readonly cert: string },
  answer: Answer,
): Promise<TestServer> {
  return start(answer, { scheme: 'https', create: (listener) => createHttpsServer(identity, listener) });
}

async function start(
  answer: Answer,
  { scheme, create }: { scheme: string; create: (listener: RequestListener) => Server },
): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const server = create((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = incoming;
      const request = { method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(request);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, port, requests };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
