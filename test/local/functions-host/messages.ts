/** What crosses between the host and the process that runs the app, and the parts of `@azure/functions-core` that both speak of. */

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly direction: 'in' | 'out' | 'inout';
  readonly authLevel?: 'anonymous' | 'function' | 'admin';
  readonly methods?: readonly string[];
  readonly route?: string;
  readonly schedule?: string;
  readonly useMonitor?: boolean;
  readonly runOnStartup?: boolean;
}

export interface Seconds {
  readonly seconds?: number;
}

export interface RetryOptions {
  readonly maxRetryCount: number;
  readonly retryStrategy: 'fixedDelay' | 'exponentialBackoff';
  readonly delayInterval?: Seconds;
  readonly minimumInterval?: Seconds;
  readonly maximumInterval?: Seconds;
}

export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: RetryOptions;
}

export interface NullableText {
  readonly value: string;
}

export interface HttpInput {
  readonly method: string;
  readonly url: string;
  readonly nullableHeaders: Readonly<Record<string, NullableText>>;
  readonly nullableQuery: Readonly<Record<string, NullableText>>;
  readonly nullableParams: Readonly<Record<string, NullableText>>;
  readonly body?: { readonly bytes: Uint8Array };
}

export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly http?: HttpInput;
}

export interface RetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string; readonly stackTrace?: string };
}

export interface Invocation {
  readonly invocationId: string;
  readonly functionName: string;
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  readonly traceContext: { readonly traceParent: string; readonly traceState: string; readonly attributes: object };
  readonly retryContext: RetryContext | null;
}

export interface Failure {
  readonly message: string;
  readonly stack?: string;
}

export type Outcome =
  { readonly ok: true; readonly returnValue: unknown } | { readonly ok: false; readonly error: Failure };

export type ToWorker = { readonly kind: 'invoke'; readonly invocation: Invocation } | { readonly kind: 'stop' };

export interface LogMessage {
  readonly kind: 'log';
  readonly level: LogLevel;
  readonly category: 'user' | 'system';
  readonly text: string;
  readonly invocationId?: string;
  readonly functionName?: string;
}

export type FromWorker =
  | {
      readonly kind: 'ready';
      readonly functions: readonly FunctionMetadata[];
      readonly capabilities: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'ended'; readonly invocationId: string; readonly outcome: Outcome }
  | LogMessage;

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

/** The binding that starts a function: `httpTrigger`, `timerTrigger`, … */
export function triggerOf(metadata: FunctionMetadata): Binding {
  const trigger = Object.values(metadata.bindings).find((binding) => binding.type.toLowerCase().endsWith('trigger'));
  if (!trigger) throw new Error(`Function "${metadata.name}" has no trigger.`);
  return trigger;
}
