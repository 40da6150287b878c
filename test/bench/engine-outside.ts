import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the world outside the engine saw. */
export interface Outside {
  readonly port: number;
  /** How often the effect of an operation was made. */
  readonly effects: ReadonlyMap<string, number>;
  /** The events of an operation's ends, by id: more than one means that it ended more than once. */
  readonly ends: ReadonlyMap<string, ReadonlySet<string>>;
  /** Workers that lived to see their claim taken over. */
  claimsLostAlive(): number;
  /** Resolves when the end of each was told. */
  untilTold(ids: ReadonlySet<string>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the place where effects are made and events are told; it may kill the worker that calls, before or after it heard. */
export async function startOutside(options: {
  readonly isDeadly: () => boolean;
  readonly kill: (worker: string) => void;
}): Promise<Outside> {
  const effects = new Map<string, number>();
  const ends = new Map<string, Set<string>>();
  const lost = new Set<string>();
  let told = (): void => undefined;

  const post = (what: string | undefined, id: string, event: string): void => {
    if (what === 'effects') effects.set(id, (effects.get(id) ?? 0) + 1);
    if (what === 'ends') ends.set(id, (ends.get(id) ?? new Set()).add(event));
    if (what === 'lost') lost.add(id);
    told();
  };

  const server = createServer((request, response) => {
    const [, what, id = '', event = ''] = (request.url ?? '').split('/');
    const worker = String(request.headers['worker']);
    if (request.method === 'GET') return answer(response, effects.has(id) ? 200 : 404);
    if (what === 'effects' && options.isDeadly()) options.kill(worker); // it may be killed a moment too late: both happen
    post(what, id, event);
    if (what === 'effects' && options.isDeadly()) options.kill(worker);
    answer(response, 200);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ...{ effects, ends, claimsLostAlive: () => lost.size },
    untilTold: (ids) =>
      new Promise((resolve) => {
        told = () => {
          if (ends.size >= ids.size && [...ids].every((id) => ends.has(id))) resolve();
        };
        told();
      }),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
