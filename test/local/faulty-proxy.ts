import { Agent, createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What can go wrong between a client and its server; each is a chance in [0, 1]. */
export interface FaultChances {
  /** The server does it, and its reply never arrives. */
  readonly loseReply: number;
  /** The connection breaks before the server hears of it. */
  readonly reset: number;
  /** `503` without the server hearing of it. */
  readonly unavailable: number;
  /** It takes longer, by up to `delayMs`. */
  readonly delay: number;
}

export type Fault = keyof FaultChances;

export interface FaultyProxy {
  readonly port: number;
  /** How often each fault was made, and how many requests there were. */
  readonly counts: Readonly<Record<Fault | 'requests', number>>;
  /** Other chances from now on; `undefined` for none. */
  setChances(chances: Partial<FaultChances> | undefined): void;
  stop(): Promise<void>;
}

export interface FaultyProxyOptions {
  readonly targetPort: number;
  /** The same seed and the same requests in the same order meet the same faults. */
  readonly seed: number;
  readonly chances?: Partial<FaultChances>;
  readonly delayMs?: number;
  /** Called before each request is handled, with its number. */
  readonly onRequest?: (count: number) => void;
}

/** Starts a proxy in front of an HTTP server on this machine that breaks some of the exchanges. */
export async function startFaultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const counts = { requests: 0, loseReply: 0, reset: 0, unavailable: 0, delay: 0 };
  const random = seededRandom(options.seed);
  const agent = new Agent({ keepAlive: true });
  let chances = options.chances ?? {};

  const server = createServer((request, response) => {
    counts.requests += 1;
    options.onRequest?.(counts.requests);
    const fault = pickFault(random(), chances);
    if (fault) counts[fault] += 1;
    const forward = (): void => forwardTo({ agent, port: options.targetPort }, { request, response, fault });
    if (fault === 'reset') request.socket.destroy();
    else if (fault === 'unavailable') response.writeHead(503).end();
    else if (fault === 'delay') setTimeout(forward, random() * (options.delayMs ?? 50));
    else forward();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    setChances: (next) => {
      chances = next ?? {};
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** Numbers in [0, 1) that look like chance and repeat with the seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pickFault(chance: number, chances: Partial<FaultChances>): Fault | undefined {
  let sum = 0;
  for (const fault of ['loseReply', 'reset', 'unavailable', 'delay'] as const) {
    sum += chances[fault] ?? 0;
    if (chance < sum) return fault;
  }
  return undefined;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
}

function forwardTo(target: { readonly agent: Agent; readonly port: number }, exchange: Exchange): void {
  const { request, response, fault } = exchange;
  const { method = 'GET', url = '/', headers } = request;
  const outgoing = send({ ...target, host: '127.0.0.1', method, path: url, headers }, (incoming) => {
    if (fault === 'loseReply') {
      // Only once the server is through: what it did stays done.
      incoming.resume().once('end', () => request.socket.destroy());
      return;
    }
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    incoming.pipe(response);
  });
  outgoing.once('error', () => request.socket.destroy());
  request.pipe(outgoing);
}
