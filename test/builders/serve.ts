import type { Caller } from '../../shared/auth/authenticate-caller.ts';
import { createServe } from '../../shared/http/serve.http.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { createLog } from '../../shared/log.ts';

/** An administrator. */
export const administrator: Caller = {
  callerId: '5d100000-0000-4000-8000-0000000000dd',
  scopes: [],
  tenants: 'All',
  feeds: 'All',
  isAdmin: true,
  via: 'Entra',
};

/** A caller of one scope for everything. */
export function callerWith(scope: Caller['scopes'][number], change: Partial<Caller> = {}): Caller {
  return { ...administrator, callerId: 'soar', scopes: [scope], isAdmin: false, ...change };
}

/** Serves as if every request came from this caller; `lines` gets the log. */
export function serveAs(caller: Caller = administrator, lines: string[] = []): Serve {
  return createServe({
    authenticate: () => Promise.resolve({ caller }),
    log: createLog((line) => lines.push(line), Date.now),
    now: Date.now,
    newTraceId: () => '4bf92f3577b34da6a3ce929d0e0e4736',
  });
}
