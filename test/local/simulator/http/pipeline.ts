import type { ServerResponse } from 'node:http';
import { findRoute } from './router.ts';
import { json } from './exchange.ts';
import type { SimulatorClock } from '../clock.ts';
import type { Fault, Faults } from '../faults.ts';
import type { RequestLog } from '../log.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { Route } from './router.ts';

export interface Pipeline {
  readonly clock: SimulatorClock;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly routes: readonly Route[];
  /** Neither logged nor struck by faults. */
  readonly controlRoutes: readonly Route[];
}

const controlPrefix = '/_simulator';

/** Answers a request: routes, faults and log in one place for every API. */
export function createHandler(pipeline: Pipeline) {
  return async (exchange: Exchange, response: ServerResponse): Promise<void> => {
    if (exchange.path.startsWith(controlPrefix)) {
      send(response, await answer(pipeline.controlRoutes, exchange));
      return;
    }
    const finish = pipeline.log.add(exchange, pipeline.clock.now());
    const fault = pipeline.faults.take(exchange);
    const done = (status: number | null): void =>
      finish({ status, applied: exchange.applied, fault: fault?.fault ?? null });
    if (!fault) {
      const reply = await answer(pipeline.routes, exchange);
      done(reply.status);
      send(response, reply, exchange.requestId);
      return;
    }
    await strike(pipeline, fault, { exchange, response, done });
  };
}

interface Struck {
  readonly exchange: Exchange;
  readonly response: ServerResponse;
  readonly done: (status: number | null) => void;
}

async function strike(pipeline: Pipeline, fault: Fault, { exchange, response, done }: Struck): Promise<void> {
  const finishWith = (reply: Reply): void => {
    done(reply.status);
    send(response, reply, exchange.requestId);
  };
  switch (fault.fault) {
    case 'http-500':
    case 'http-503':
    case 'throttle':
    case 'expired-token-401':
      return finishWith(refusal(fault, exchange));
    case 'drop-before':
      done(null);
      response.destroy();
      return;
    case 'hang':
      done(null);
      pipeline.faults.onClear(() => response.destroy());
      return;
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 1_000));
      return finishWith(await answer(pipeline.routes, exchange));
    case 'drop-after':
      await answer(pipeline.routes, exchange);
      done(null);
      response.destroy();
      return;
    case 'bad-json': {
      const reply = await answer(pipeline.routes, exchange);
      return finishWith({ ...reply, body: '{"value":[{"id":' });
    }
    case 'truncated': {
      const reply = await answer(pipeline.routes, exchange);
      done(reply.status);
      sendTruncated(response, reply, exchange.requestId);
    }
  }
}

function refusal(fault: Fault, exchange: Exchange): Reply {
  const { fault: name, retryAfterSeconds } = fault;
  const error = (
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ): Reply => json(status, { error: { code, message, target: exchange.requestId } }, headers);
  if (name === 'throttle') {
    return error(429, 'TooManyRequests', 'API calls quota exceeded', {
      'retry-after': String(retryAfterSeconds ?? 10),
    });
  }
  if (name === 'expired-token-401') {
    return error(401, 'Unauthorized', 'The token is expired.', { 'www-authenticate': 'Bearer' });
  }
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return name === 'http-503'
    ? error(503, 'ServiceUnavailable', 'The service is unavailable.', headers)
    : error(500, 'InternalServerError', '', headers);
}

async function answer(routes: readonly Route[], exchange: Exchange): Promise<Reply> {
  const match = findRoute(routes, exchange.method, exchange.path);
  const error = (code: string, message: string): object => ({ error: { code, message, target: exchange.requestId } });
  if (match.kind === 'found') return match.handle(exchange, match.parameters);
  if (match.kind === 'unknown') return json(404, error('NotFound', `No resource answers at ${exchange.path}.`));
  const message = `The resource does not support ${exchange.method}.`;
  return json(405, error('BadRequest', message), { allow: match.allowed.join(', ') });
}

function send(response: ServerResponse, { status, headers, body }: Reply, requestId?: string): void {
  response.writeHead(status, { ...idHeader(requestId), ...headers });
  response.end(body);
}

function idHeader(requestId: string | undefined): Readonly<Record<string, string>> {
  return requestId === undefined ? {} : { 'request-id': requestId };
}

/** Promises the whole body, sends the first half, cuts the connection. */
function sendTruncated(response: ServerResponse, { status, headers, body = '' }: Reply, requestId: string): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { ...idHeader(requestId), ...headers, 'content-length': String(bytes.length + 1) });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}
