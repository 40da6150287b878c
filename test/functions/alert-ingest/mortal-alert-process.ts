// An instance of the whole app, a process of its own: it is told to take a request in, or to run the timer that carries alerts,
// and can be told to be killed (SIGKILL) right after one of its steps: a write of the engine's or of what is recorded of alerts,
// or a call to Defender or Graph that asks or changes something.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { TableWrite } from '../../builders/hooked-tables.ts';
import type { TestRequest } from '../../builders/http.ts';
import { createMortalSteps, nameOfWrite } from '../../builders/mortal-steps.ts';
import { callerWith } from '../../builders/serve.ts';
import { wireApp } from '../../builders/wired-app.ts';
import type { WiredApp } from '../../builders/wired-app.ts';

/** Where an instance finds everything, from its start on. */
export interface MortalHost {
  readonly origin: string;
  readonly caPem: string;
}

/** What an instance does at a time: takes `request` in, or, without one, runs the timer. */
export interface MortalTurn {
  readonly connectionString: string;
  readonly nowMs: number;
  readonly request?: TestRequest;
  /** After which of the steps made in this storage, from 1. */
  readonly dieAfter?: number;
}

/** What an instance that is alive tells of its turn. */
export interface MortalReport {
  readonly steps: readonly string[];
  /** The answer to `request`. */
  readonly status?: number;
  readonly json?: unknown;
}

const { origin, caPem } = JSON.parse(process.argv[2] ?? '') as MortalHost;
setDefaultCACertificates([...getCACertificates('default'), caPem]);
/** What is recorded of alerts, by what its rows are known by. */
const records = { link: '"alert-id|', written: '"alert|', cursor: '"alert-cursors"', followed: '"alert-tenants"' };
const steps = createMortalSteps();
let time = 0;
let place: string | undefined;
let app: WiredApp | undefined;

const fetchIt = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const path = new URL(String(input)).pathname;
  const isStep = init?.method !== undefined && init.method !== 'GET' && /^\/(?:api|v1\.0|beta)\//.test(path);
  try {
    return await fetchIt(input, init);
  } finally {
    if (isStep) steps.take(`${init.method} ${/^\/api\/alerts\/da/.test(path) ? 'alert' : path.split('/').at(-1)}`);
  }
};

function takeWrite({ table, text }: TableWrite): void {
  if (table === 'work') steps.take(nameOfWrite((JSON.parse(text) as unknown[])[0]));
  if (table === 'ledger') steps.take(Object.entries(records).find(([, sign]) => text.includes(sign))?.[0] ?? text);
}

async function turn({ connectionString, nowMs, request, dieAfter }: MortalTurn): Promise<void> {
  time = nowMs;
  steps.dieAfter(dieAfter);
  if (app === undefined || place !== connectionString) {
    place = connectionString;
    steps.begin();
    const hooks = { after: takeWrite };
    app = wireApp({ origin, connectionString, now: () => time, moveBy: (ms) => (time += ms), hooks });
  }
  const answer = request && (await app.ask('receiveAlert', callerWith('alerts:write'), request));
  if (answer === undefined) await app.tick('drainAlerts');
  const report: MortalReport = { steps: steps.made, ...(answer && { status: answer.status, json: answer.json }) };
  process.send?.(report);
}

process.on('message', (told: MortalTurn) => void turn(told));
process.send?.('ready');
