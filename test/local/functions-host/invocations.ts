import { randomBytes, randomUUID } from 'node:crypto';
import type { HostLog } from './logs.ts';
import { toFailure } from './messages.ts';
import type { Invocation, LogMessage, Outcome, RetryContext, TypedData } from './messages.ts';
import type { Supervisor } from './supervisor.ts';

/** Runs functions, writes the host's two lines about each run, ends a run that takes too long, and knows what is running. */
export function createInvocations(options: InvocationOptions): Invocations {
  const running = new Map<string, Promise<Outcome>>();
  return {
    start: (request) => {
      const invocationId = randomUUID();
      const outcome = run({ options, request, invocationId }).finally(() => running.delete(invocationId));
      running.set(invocationId, outcome);
      return { invocationId, outcome };
    },
    acceptLog: (message) => {
      // After its end an invocation has no place to log to: what it still says is dropped, the library's warning stays.
      if (message.category === 'user' && !running.has(message.invocationId ?? '')) return;
      const category = message.functionName ? `Function.${message.functionName}` : 'Worker';
      options.log(message.level, message.category === 'user' ? `${category}.User` : category, message.text);
    },
    whenIdle: async () => {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

export interface InvocationOptions {
  /** Resolves when the app has loaded. */
  readonly supervisor: Promise<Supervisor>;
  readonly functionTimeoutMs: number | undefined;
  readonly log: HostLog;
  readonly now: () => number;
}

export interface InvocationRequest {
  readonly functionName: string;
  readonly reason: string;
  readonly inputName: string;
  readonly input: TypedData;
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  /** `traceparent` and `tracestate` of the caller. */
  readonly trace?: { readonly parent?: string | undefined; readonly state?: string | undefined };
  readonly retryContext?: RetryContext;
}

export interface Invocations {
  /** Begins at once; `outcome` never rejects. */
  start(request: InvocationRequest): { readonly invocationId: string; readonly outcome: Promise<Outcome> };
  acceptLog(message: LogMessage): void;
  /** Resolves when nothing runs any more. */
  whenIdle(): Promise<void>;
}

interface Run {
  readonly options: InvocationOptions;
  readonly request: InvocationRequest;
  readonly invocationId: string;
}

async function run({ options, request, invocationId }: Run): Promise<Outcome> {
  const name = request.functionName;
  const startedAtMs = options.now();
  options.log(
    'information',
    `Function.${name}`,
    `Executing 'Functions.${name}' (Reason='${request.reason}', Id=${invocationId})`,
  );
  const outcome = await invoke({ options, request, invocationId });
  const end = `Id=${invocationId}, Duration=${options.now() - startedAtMs}ms)`;
  if (outcome.ok) options.log('information', `Function.${name}`, `Executed 'Functions.${name}' (Succeeded, ${end}`);
  else {
    const error = outcome.error.stack ?? outcome.error.message;
    options.log('error', `Function.${name}`, `Executed 'Functions.${name}' (Failed, ${end}\n${error}`);
  }
  return outcome;
}

async function invoke({ options, request, invocationId }: Run): Promise<Outcome> {
  const supervisor = await options.supervisor;
  try {
    await supervisor.whenReady(); // the wait for a fresh process is not the function's
  } catch (error) {
    return { ok: false, error: toFailure(error) };
  }
  const stopWatch = watchTimeout(options, request.functionName);
  const outcome = await supervisor.invoke(toInvocation(request, invocationId));
  stopWatch();
  return outcome;
}

/** `functionTimeout` of host.json: the host cannot stop a function, so it ends the process that runs it. */
function watchTimeout(options: InvocationOptions, name: string): () => void {
  const { functionTimeoutMs } = options;
  if (functionTimeoutMs === undefined) return () => undefined;
  const timer = setTimeout(() => {
    options.log(
      'error',
      `Function.${name}`,
      `Timeout value of ${functionTimeoutMs} ms exceeded by function 'Functions.${name}'.`,
    );
    void options.supervisor.then((supervisor) => supervisor.restart());
  }, functionTimeoutMs);
  return () => clearTimeout(timer);
}

function toInvocation(request: InvocationRequest, invocationId: string): Invocation {
  return {
    invocationId,
    functionName: request.functionName,
    inputData: [{ name: request.inputName, data: request.input }],
    triggerMetadata: request.triggerMetadata,
    traceContext: {
      traceParent: toTraceParent(request.trace?.parent),
      traceState: request.trace?.state ?? '',
      attributes: {},
    },
    retryContext: request.retryContext ?? null,
  };
}

/** The caller's trace goes on in a new span; without one, or with one that does not parse, a new trace begins. */
function toTraceParent(parent: string | undefined): string {
  const match = /^00-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/.exec(parent ?? '');
  const traceId = match?.[1] && !/^0+$/.test(match[1]) ? match[1] : randomBytes(16).toString('hex');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${match?.[2] ?? '00'}`;
}
