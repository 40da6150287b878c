import type { HttpHandler } from '@azure/functions';
import { callbackSecretName, callerSecretName } from '../../shared/auth/caller-keys.client.ts';
import type { CallerDocument, CallerInput } from '../../shared/contract/caller.ts';
import { callerInputSchema } from '../../shared/contract/caller.ts';
import { egressUrlErrors } from '../../shared/contract/egress-url.ts';
import { callerIdSchema } from '../../shared/contract/primitives.ts';
import { RejectedInput } from '../../shared/errors.ts';
import { readIfMatch } from '../../shared/http/if-match.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import { readPageQuery, toPageAnswer } from '../../shared/http/list-page.ts';
import type { Answer, Route, RouteRequest } from '../../shared/http/route.ts';
import { findNothing } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import type { Documents, Versioned } from '../../shared/registry/documents.store.ts';

/** The administrator's routes of callers, by function name. */
export type CallerHandlers = Readonly<Record<'listCallers' | 'getCaller' | 'putCaller' | 'deleteCaller', HttpHandler>>;

/** How callbacks to an address are doing, as the document shows it. */
export type CallbackState = Pick<NonNullable<CallerDocument['callback']>, 'status' | 'lastSuccessAt' | 'lastFailure'>;

/** The addresses that callers want to be called back at. One that nothing is known of is `Unverified`. */
export interface CallbackAddresses {
  readonly readState: (callerId: string, url: string) => Promise<CallbackState>;
  /** Asks the address whether it wants our callbacks (10 s at most) and keeps what came of it; not to answer is no error. */
  readonly verify: (callerId: string, url: string) => Promise<void>;
  /** Forgets what is known of the caller's address. */
  readonly forget: (callerId: string) => Promise<void>;
}

/** What the routes need. */
export interface CallerHandlersOptions {
  readonly callers: Documents<CallerInput>;
  readonly addresses: CallbackAddresses;
  /** Whether the vault holds, now, a webhook key of that name. */
  readonly hasSecret: (secretName: string) => Promise<boolean>;
  readonly publicUrl: string;
  readonly egressAllowedOrigins: readonly string[];
}

/** Makes the handlers of `/api/v1/callers` (contract §13). */
export function createCallerHandlers(serve: Serve, options: CallerHandlersOptions): CallerHandlers {
  const { callers, addresses, publicUrl } = options;
  const one = {
    scope: 'admin',
    find: ({ params }: RouteRequest) => callers.get(params['callerId'] ?? ''),
  } as const;
  return {
    listCallers: serve({
      scope: 'admin',
      find: findNothing,
      handle: async (request) => {
        const page = await callers.listPage(readPageQuery(request.query));
        const items = await Promise.all(page.items.map((caller) => toDocument(caller, addresses)));
        return toPageAnswer({ ...page, items }, request, publicUrl);
      },
    }),
    getCaller: serve({ ...one, handle: ({ target }) => toAnswer(target, addresses) }),
    putCaller: serve(createPutCaller(options)),
    deleteCaller: serve({
      ...one,
      readHeaders: ({ headers }) => readIfMatch(headers),
      handle: async ({ target, given }) => {
        await callers.remove(target.id, given);
        await addresses.forget(target.id);
        return { status: 204 };
      },
    }),
  };
}

function createPutCaller(options: CallerHandlersOptions) {
  const { callers, addresses } = options;
  return {
    scope: 'admin',
    readHeaders: ({ headers }) => readIfMatch(headers),
    find: ({ params }) => Promise.resolve(requireCallerId(params['callerId'] ?? '')),
    body: { schema: callerInputSchema, pathIds: ['callerId'] },
    handle: async ({ target: callerId, given, body: input }) => {
      const url = input.callback?.url;
      const errors = url === undefined ? [] : egressUrlErrors(url, '#/callback/url', options.egressAllowedOrigins);
      if (errors.length > 0) throw invalidFields(errors);
      await requireOwnApplication(callerId, input, callers);
      await requireSecrets(callerId, input, options);
      // What a caller of this name, or this one without an address, may have left must not vouch for the new address.
      if ((await callers.get(callerId))?.document.callback === undefined) await addresses.forget(callerId);
      const written = await callers.change(callerId, () => input, given);
      if (url !== undefined && !(await isInUse(callerId, url, addresses))) await addresses.verify(callerId, url);
      return toAnswer(written, addresses);
    },
  } satisfies Route<string, ReturnType<typeof readIfMatch>, CallerInput>;
}

/** Putting an address again asks one anew that did not answer, or was given up. */
async function isInUse(callerId: string, url: string, addresses: CallbackAddresses): Promise<boolean> {
  const { status } = await addresses.readState(callerId, url);
  return status === 'Active' || status === 'Failing';
}

/** A token names one application: with two documents nobody could say whose scopes count. Were both written at the same moment, neither gets in. */
async function requireOwnApplication(
  callerId: string,
  { authentication }: CallerInput,
  callers: Documents<CallerInput>,
): Promise<void> {
  if (authentication.kind !== 'Entra') return;
  const { tenantId, appId } = authentication;
  const isTaken = (await callers.listAll()).some(({ id, document: { authentication: other } }) => {
    return id !== callerId && other.kind === 'Entra' && other.tenantId === tenantId && other.appId === appId;
  });
  if (isTaken) throw new RejectedInput('caller_exists', 'Another caller stands for this application already.');
}

async function requireSecrets(callerId: string, input: CallerInput, options: CallerHandlersOptions): Promise<void> {
  const names = [
    ...(input.authentication.kind === 'Signature' ? [callerSecretName(callerId)] : []),
    ...(input.callback === undefined ? [] : [callbackSecretName(callerId)]),
  ];
  const found = await Promise.all(names.map(options.hasSecret));
  const missing = names.filter((_, i) => found[i] !== true);
  if (missing.length === 0) return;
  throw new RejectedInput(
    'secret_missing',
    `Key Vault holds no usable secret ${missing.join(', ')}: it is whsec_ and the base64 of 16 to 64 bytes.`,
  );
}

async function toAnswer(caller: Versioned<CallerInput>, addresses: CallbackAddresses): Promise<Answer> {
  return { status: 200, body: await toDocument(caller, addresses), headers: { ETag: caller.etag } };
}

async function toDocument(
  { id, document }: Versioned<CallerInput>,
  addresses: CallbackAddresses,
): Promise<CallerDocument> {
  const { callback, ...rest } = document;
  if (callback === undefined) return { callerId: id, ...rest };
  return { callerId: id, ...rest, callback: { ...callback, ...(await addresses.readState(id, callback.url)) } };
}

function requireCallerId(text: string): string {
  const callerId = callerIdSchema.safeParse(text);
  if (callerId.success) return callerId.data;
  throw invalidFields([
    { parameter: 'callerId', code: 'invalid_format', detail: 'Must be 1 to 40 of a-z, 0-9 and -.' },
  ]);
}
