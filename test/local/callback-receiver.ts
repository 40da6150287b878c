import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from './listen.ts';
import { createReceivedCallbacks, isRecord, parseOrUndefined, toLine } from './received-callbacks.ts';
import type { ReceivedCallback, ReceivedCallbacks, ReceiverBehavior } from './received-callbacks.ts';

/** `secrets`: the `whsec_` texts of the callers whose callbacks come here. `print` gets a line for each callback. */
export interface CallbackReceiverOptions {
  readonly port: number;
  readonly secrets: readonly string[];
  readonly print?: (line: string) => void;
  readonly now?: () => number;
}

export interface CallbackReceiver {
  readonly origin: string;
  readonly received: readonly ReceivedCallback[];
  behave(behavior: ReceiverBehavior): void;
  setSecrets(secrets: readonly string[]): void;
  clear(): void;
  stop(): Promise<void>;
}

/**
 * Starts the partner's side of the callbacks: it takes a `POST` to any path, believes only what is signed with one of the
 * secrets, proves its address, and can be told to misbehave. It shares nothing with the product. Under `/_receiver/`:
 * `GET` (`?after=n` leaves out the first n) and `DELETE callbacks`, `PUT behavior`, `PUT secrets`.
 */
export async function startCallbackReceiver(options: CallbackReceiverOptions): Promise<CallbackReceiver> {
  const { secrets, print = (line) => console.log(line), now = Date.now } = options;
  const callbacks = createReceivedCallbacks({ secrets, now });
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => {
        if (request.url?.startsWith('/_receiver/') === true) return control(callbacks, { request, body, response });
        if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end();
        return receive(callbacks, { request, body, response, print });
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
  await listen(server, { port: options.port });
  const { received, behave, setSecrets, clear } = callbacks;
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ received, behave, setSecrets, clear },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

async function receive(
  callbacks: ReceivedCallbacks,
  { request, body, response, print }: Exchange & { readonly print: (line: string) => void },
): Promise<void> {
  const { answer, entry } = callbacks.take({ path: request.url ?? '', headers: request.headers, body });
  print(toLine(entry));
  if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  if (answer.status === 0) return void response.destroy();
  if (answer.retryAfter !== undefined) response.setHeader('retry-after', answer.retryAfter);
  if (answer.status === 200 && answer.challenge !== undefined) sendJson(response, { challenge: answer.challenge });
  else response.writeHead(answer.status).end();
}

function control(callbacks: ReceivedCallbacks, { request, body, response }: Exchange): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://receiver');
  const path = pathname.slice('/_receiver/'.length);
  const asked = `${request.method} ${path}`;
  const sent = parseOrUndefined(body);
  if (request.method === 'GET' && path === 'callbacks') {
    return sendJson(response, { value: callbacks.received.slice(Number(searchParams.get('after') ?? 0)) });
  }
  if (asked === 'DELETE callbacks') callbacks.clear();
  else if (asked === 'PUT behavior' && isRecord(sent)) callbacks.behave(sent);
  else if (asked === 'PUT secrets' && isRecord(sent) && isTexts(sent['secrets'])) callbacks.setSecrets(sent['secrets']);
  else return void response.writeHead(404).end('GET or DELETE callbacks, PUT behavior, PUT secrets');
  response.writeHead(204).end();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
