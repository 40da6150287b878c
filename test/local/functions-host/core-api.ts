import { registerHooks } from 'node:module';
import type { FunctionMetadata, LogMessage } from './messages.ts';

/**
 * A substitute for `@azure/functions-core`, the module that only the real language worker supplies. The library asks for it
 * once, inside a try/catch: whatever fails while it loads looks like "no worker", so nothing here may fail at load.
 */
export function createCoreApi(log: (message: Omit<LogMessage, 'kind'>) => void): CoreApi {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<string, HookCallback[]>(hookNames.map((name) => [name, []]));
  let model: ProgrammingModel | undefined;
  let isSealed = false;
  const api = {
    version: '3.9.1',
    hostVersion: '4.1037.0',
    setProgrammingModel: (given: ProgrammingModel) => (model = given),
    getProgrammingModel: () => model,
    registerFunction: (metadata: FunctionMetadata, handler: FunctionCallback) => {
      if (isSealed) throw systemError(new Error('A function can only be registered during app startup.'));
      if (functions.has(metadata.name)) {
        throw systemError(new Error(`A function with name "${metadata.name}" has already been registered.`));
      }
      functions.set(metadata.name, { metadata, handler });
      return new Disposable(() => functions.delete(metadata.name));
    },
    registerHook: (name: string, callback: HookCallback) => {
      const registered = hooks.get(name);
      if (!registered) throw systemError(new RangeError(`Unrecognized hook "${name}"`));
      registered.push(callback);
      return new Disposable(() => registered.splice(registered.indexOf(callback), 1));
    },
    log: (level: LogMessage['level'], category: LogMessage['category'], text: string) => log({ level, category, text }),
    Disposable,
  };
  return {
    api,
    functions,
    model: () => model,
    hooksOf: (name) => [...(hooks.get(name) ?? [])],
    seal: () => (isSealed = true),
  };
}

/** Answers `require('@azure/functions-core')`, from wherever it comes, with `api`. Must run before the first `app.…()` call. */
export function supplyCoreApi(api: object): void {
  Object.defineProperty(globalThis, Symbol.for(coreUrl), { value: api });
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === '@azure/functions-core'
        ? { url: coreUrl, format: 'commonjs', shortCircuit: true }
        : nextResolve(specifier, context),
    load: (url, context, nextLoad) =>
      url === coreUrl
        ? { format: 'commonjs', source: `module.exports = globalThis[Symbol.for('${coreUrl}')];`, shortCircuit: true }
        : nextLoad(url, context),
  });
}

const coreUrl = 'functions-host:core-api';
const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;

export type HookName = (typeof hookNames)[number];
/** A hook context is a plain object that the library wraps and writes to. */
export type HookCallback = (context: object) => unknown;
export type FunctionCallback = (...args: unknown[]) => unknown;

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly handler: FunctionCallback;
}

export interface CoreApi {
  /** What the library gets from `require`. */
  readonly api: object;
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Absent until the first function is registered: an app with hooks only never sets it. */
  model(): ProgrammingModel | undefined;
  hooksOf(name: HookName): readonly HookCallback[];
  /** From now on a registration throws. Hooks may still be added. */
  seal(): void;
}

/** The library's side of the bargain. */
export interface ProgrammingModel {
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
  getInvocationModel(context: object): InvocationModel;
}

export interface InvocationModel {
  getArguments(): Promise<{ readonly context: object; readonly inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], handler: FunctionCallback): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<{ readonly returnValue?: unknown }>;
}

class Disposable {
  readonly #onDispose: () => unknown;

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  dispose(): void {
    this.#onDispose();
  }
}

function systemError(error: Error): Error {
  return Object.assign(error, { isAzureFunctionsSystemError: true });
}
