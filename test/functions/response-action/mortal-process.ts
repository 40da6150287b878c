// An instance of the app as far as Defender's nine machine actions go: a process of its own, which can be told to be killed
// (SIGKILL) right after one of its steps: a write to the engine's table, or a call that changes something in Defender.
import { openTables } from '../../../shared/tables.client.ts';
import type { Tables } from '../../../shared/tables.client.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { createActionInstance } from '../../builders/action-instance.ts';
import { createMortalSteps, nameOfWrite } from '../../builders/mortal-steps.ts';

/** Where an instance finds everything. */
export interface MortalPlace {
  readonly connectionString: string;
  readonly origin: string;
  readonly clientId: string;
  readonly token: string;
}

/** One pass of the timer, at a time that stands still; `dieAfter`: after which of the steps made in this place, from 1. */
export interface MortalPass {
  readonly place: MortalPlace;
  readonly nowMs: number;
  readonly dieAfter?: number;
}

let nowMs = 0;
let connectionString: string | undefined;
let work: Work | undefined;
const steps = createMortalSteps();

/** Once it is taken, the step has been made outside; if the process dies of it, nobody has heard so. */
async function step<T>(name: string, make: () => Promise<T>): Promise<T> {
  const made = await make();
  steps.take(name);
  return made;
}

const fetchIt = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const send = (): Promise<Response> => fetchIt(input, init);
  return init?.method === 'POST' ? step(`POST ${String(input).split('/').at(-1)}`, send) : send();
};

/** The same tables; every write to the engine's is a step. */
function mortal(tables: Tables): Tables {
  return (name) => {
    const table = tables(name);
    if (name !== 'work') return table;
    return new Proxy(table, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (property !== 'submitTransaction' || typeof value !== 'function') return value;
        return (...given: unknown[]): unknown =>
          step(nameOfWrite(given[0]), () => Reflect.apply(value, target, given) as Promise<unknown>);
      },
    });
  };
}

async function pass({ place, ...told }: MortalPass): Promise<void> {
  ({ nowMs } = told);
  steps.dieAfter(told.dieAfter);
  if (connectionString !== place.connectionString) {
    ({ connectionString } = place);
    steps.begin();
    ({ work } = createActionInstance({
      ...{ tables: mortal(openTables({ connectionString })), origin: place.origin, clientId: place.clientId },
      tokens: { getToken: () => Promise.resolve(place.token), forget: () => undefined },
      ...{ now: () => nowMs, log: { info: () => undefined, warn: console.error, error: console.error } },
      callbacksOf: () => Promise.resolve([]),
    }));
  }
  await work?.drain('actions', { budgetMs: 45_000 });
  process.send?.(steps.made);
}

process.on('message', (told: MortalPass) => void pass(told));
process.send?.('ready');
