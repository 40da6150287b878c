import type { CoreApi, FunctionCallback, HookName, InvocationModel, RegisteredFunction } from './core-api.ts';
import { toFailure } from './messages.ts';
import type { Invocation, LogLevel, LogMessage, Outcome } from './messages.ts';

/** Runs one invocation through the library, in the order of the real worker: arguments, hooks, handler, hooks, response. */
export async function runInvocation(worker: InvocationHost, invocation: Invocation): Promise<Outcome> {
  const registered = worker.core.functions.get(invocation.functionName);
  const model = worker.core.model();
  if (!registered || !model) return { ok: false, error: { message: `No function "${invocation.functionName}".` } };
  const running: Running = { hookData: {}, invocationContext: undefined };
  const coreContext: CoreContext = {
    invocationId: invocation.invocationId,
    request: { ...invocation, functionId: invocation.functionName },
    metadata: registered.metadata,
    state: undefined,
    log: createLogger({ worker, invocation, running }),
  };
  try {
    const steps = { model: model.getInvocationModel(coreContext), coreContext, registered, running };
    return await runSteps(worker, steps);
  } catch (error) {
    return { ok: false, error: toFailure(error) };
  }
}

/** Awaits the hooks one after another, in order of registration. */
export async function runHooks(core: CoreApi, name: HookName, context: object): Promise<void> {
  for (const hook of core.hooksOf(name)) await hook(context);
}

export interface InvocationHost {
  readonly core: CoreApi;
  /** Shared by the hooks of the app's start and end, and readable in those of an invocation. */
  readonly appHookData: object;
  readonly log: (message: Omit<LogMessage, 'kind'>) => void;
}

interface CoreContext {
  readonly invocationId: string;
  readonly request: object;
  readonly metadata: object;
  /** The library reads it to flag logs that come too late. */
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  readonly log: (level: LogLevel, category: 'user' | 'system', text: string) => void;
}

interface Running {
  readonly hookData: object;
  invocationContext: object | undefined;
}

interface Steps {
  readonly model: InvocationModel;
  readonly coreContext: CoreContext;
  readonly registered: RegisteredFunction;
  readonly running: Running;
}

async function runSteps(worker: InvocationHost, steps: Steps): Promise<Outcome> {
  const { model, coreContext, registered, running } = steps;
  const { context, inputs } = await model.getArguments();
  running.invocationContext = context;
  const shared = { hookData: running.hookData, appHookData: worker.appHookData, invocationContext: context };

  const before: BeforeHooks = { ...shared, inputs, functionCallback: registered.handler };
  coreContext.state = 'preInvocationHooks';
  await runHooks(worker.core, 'preInvocation', before);

  const after: AfterHooks = { ...shared, inputs: before.inputs, result: null, error: null };
  coreContext.state = 'invocation';
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  coreContext.state = 'postInvocationHooks';
  await runHooks(worker.core, 'postInvocation', after);
  coreContext.state = undefined;

  // A hook may clear the error; `throw undefined` counts as success, as in the real worker.
  if (after.error !== null && after.error !== undefined) return { ok: false, error: toFailure(after.error) };
  return { ok: true, returnValue: (await model.getResponse(context, after.result)).returnValue };
}

interface BeforeHooks {
  inputs: unknown[];
  functionCallback: FunctionCallback;
}

interface AfterHooks {
  readonly inputs: unknown[];
  result: unknown;
  error: unknown;
}

interface LoggerParts {
  readonly worker: InvocationHost;
  readonly invocation: Invocation;
  readonly running: Running;
}

function createLogger({ worker, invocation, running }: LoggerParts): CoreContext['log'] {
  const { invocationId, functionName } = invocation;
  return (level, category, text) => {
    const context = { level, message: text, category, ...running };
    if (category === 'user') callLogHooks(worker.core, context);
    worker.log({ level: context.level, category, text: context.message, invocationId, functionName });
  };
}

/** Log hooks may change level and message; they are not awaited and what they throw is ignored, also later. */
function callLogHooks(core: CoreApi, context: object): void {
  for (const hook of core.hooksOf('log')) {
    const called = async (): Promise<unknown> => hook(context);
    called().catch(() => undefined);
  }
}
