import type { HttpHandler } from '@azure/functions';
import { callbackSecretName, callerSecretName } from '../../shared/auth/caller-keys.client.ts';
import type { CallbackAddresses } from '../../shared/callbacks/addresses.store.ts';
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

/** What the routes need. */
export interface CallerHandlersOptions {
  readonly callers: Documents<CallerInput>;
  /** How the addresses to be called back at are doing. One that nothing is known of is `Unverified`. */
  readonly addresses: Addresses;
  /** Whether the vault holds, now, a webhook key of that name. */
  readonly hasSecret: (secretName: string) => Promise<boolean>;
  readonly publicUrl: string;
  readonly egressAllowedOrigins: readonly string[];
}

type Addresses = Pick<CallbackAddresses, 'readState' | 'verify' | 'forget'>;

/** Makes the handlers of `/api/v1/callers` (contract §13). */
export function createCallerHandlers(serve: Serve, options: CallerHandlersOptions): CallerHandlers {
  const { callers, addresses, publicUrl } = options;
  // Which callers there are is for administrators alone: to others there is no 404 here, only 403.
  const one = { scope: 'admin', find: findNothing } as const;
  const load = async ({ params }: RouteRequest): Promise<Versioned<CallerInput>> => {
    const caller = await callers.get(params['callerId'] ?? '');
    if (caller === undefined) throw new RejectedInput('not_found', 'There is no such caller.');
    return caller;
  };
  return {
    listCallers: serve({
      ...one,
      handle: async (request) => {
        const page = await callers.listPage(readPageQuery(request.query));
        const items = await Promise.all(page.items.map((caller) => toDocument(caller, addresses)));
        return toPageAnswer({ ...page, items }, request, publicUrl);
      },
    }),
    getCaller: serve({ ...one, handle: async (request) => toAnswer(await load(request), addresses) }),
    putCaller: serve(createPutCaller(options)),
    deleteCaller: serve({
      ...one,
      readHeaders: ({ headers }) => readIfMatch(headers),
      handle: async ({ given, ...request }) => {
        const { id } = await load(request);
        await callers.remove(id, given);
        await addresses.forget(id);
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
    find: ({ params }) => Promise.resolve(params['callerId'] ?? ''),
    body: { schema: callerInputSchema, pathIds: ['callerId'] },
    handle: async ({ target, given, body: input }) => {
      const callerId = requireCallerId(target);
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
async function isInUse(callerId: string, url: string, addresses: Addresses): Promise<boolean> {
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

async function toAnswer(caller: Versioned<CallerInput>, addresses: Addresses): Promise<Answer> {
  return { status: 200, body: await toDocument(caller, addresses), headers: { ETag: caller.etag } };
}

async function toDocument({ id, document }: Versioned<CallerInput>, addresses: Addresses): Promise<CallerDocument> {
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
