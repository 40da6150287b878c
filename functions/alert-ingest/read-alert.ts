import type { AlertCreated, AlertUpdated } from '../../shared/contract/alert.ts';
import { alertEnvelopeSchema } from '../../shared/contract/event.ts';
import type { AlertEnvelope } from '../../shared/contract/event.ts';
import type { FieldError } from '../../shared/contract/problem.ts';
import { fromOcsf } from './ocsf/from-ocsf.ts';

/** A new alert as received, in our own form. */
export interface ReceivedAlert {
  readonly type: 'alert.created';
  readonly alert: AlertCreated;
  /** Where the event's time was found. */
  readonly eventTimePointer: string;
  /** The OCSF event that it was made of, if it was. */
  readonly finding?: unknown;
}

/** A change of an alert as received, in our own form. */
export interface ReceivedUpdate {
  readonly type: 'alert.updated';
  readonly update: AlertUpdated;
  /** The OCSF event that it was made of, if it was. */
  readonly finding?: unknown;
}

/** The alert of an envelope or the change of one, or what of it cannot be taken, with pointers into the envelope. */
export function readAlert(
  envelope: AlertEnvelope,
): ReceivedAlert | ReceivedUpdate | { readonly type: 'refused'; readonly errors: readonly FieldError[] } {
  switch (envelope.type) {
    case 'alert.created':
      return { type: 'alert.created', alert: envelope.data, eventTimePointer: '#/data/eventTime' };
    case 'alert.updated':
      return { type: 'alert.updated', update: envelope.data };
    case 'ocsf.detection_finding': {
      const event = fromOcsf(envelope.data);
      const finding = envelope.data;
      if (event.type === 'refused') return event;
      if (event.type === 'alert.updated') return { type: event.type, update: event.data, finding };
      return { type: event.type, alert: event.data, eventTimePointer: event.eventTimePointer, finding };
    }
  }
}

/** The alert of a request that was accepted, and kept as received. */
export function toAlert(request: unknown): AlertCreated {
  const received = readAlert(alertEnvelopeSchema.parse(request));
  if (received.type !== 'alert.created') throw new Error(`Not an alert but ${received.type}.`);
  return received.alert;
}

/** The change of a request that was accepted, and kept as received. */
export function toUpdate(request: unknown): AlertUpdated {
  const received = readAlert(alertEnvelopeSchema.parse(request));
  if (received.type !== 'alert.updated') throw new Error(`Not a change but ${received.type}.`);
  return received.update;
}
