import type { Api } from './api.ts';
import { newWebhookSecret, toSecretName } from './caller-key.ts';
import { world } from './demo-world.ts';
import type { Simulator } from './simulator/simulator.ts';

const receiverOrigin = `http://127.0.0.1:${world.ports.callbacks}`;

/** Registers the demo's caller: a SOAR with a key, that hears of everything at the callback receiver. */
export async function connectCaller(
  api: Api,
  { control, origin }: Pick<Simulator, 'control' | 'origin'>,
): Promise<void> {
  const { callerId, displayName, scopes } = world.caller;
  for (const isCallback of [false, true]) {
    control.secrets.add(toSecretName(callerId, isCallback), { value: newWebhookSecret() });
  }
  await tellReceiver(origin);
  const { callback } = await api.expect<{ readonly callback: { readonly status: string } }>(
    'PUT',
    `/api/v1/callers/${callerId}`,
    {
      ...{ displayName, scopes, authentication: { kind: 'Signature' }, tenants: 'All', feeds: 'All' },
      callback: { url: `${receiverOrigin}/hooks`, events: 'All' },
    },
  );
  if (callback.status !== 'Active') throw new Error(`The address of ${callerId} is ${callback.status}, not Active.`);
}

interface SecretAnswer {
  readonly name: string;
  readonly versions: readonly { readonly value: string; readonly isEnabled: boolean }[];
}

/** Lets the callback receiver know the keys that callbacks are signed with, as a partner would after a rotation. */
export async function tellReceiver(simulatorOrigin: string): Promise<void> {
  const all = (await (await fetch(`${simulatorOrigin}/_simulator/secrets`)).json()) as readonly SecretAnswer[];
  const secrets = all
    .filter(({ name }) => name.startsWith('callback-'))
    .flatMap(({ versions }) => versions.filter(({ isEnabled }) => isEnabled).map(({ value }) => value));
  const response = await fetch(`${receiverOrigin}/_receiver/secrets`, {
    method: 'PUT',
    body: JSON.stringify({ secrets }),
  });
  if (!response.ok) throw new Error(`The callback receiver answered ${response.status}.`);
}
