import type { AlertCreated } from '../../shared/contract/alert.ts';
import type { AlertEnvelope } from '../../shared/contract/event.ts';
import type { FieldError } from '../../shared/contract/problem.ts';
import { fromOcsf } from './from-ocsf.ts';

/** An alert as received, in our own form. */
export interface ReceivedAlert {
  readonly alert: AlertCreated;
  /** Where the event's time was found. */
  readonly eventTimePointer: string;
  /** The OCSF event that it was made of, if it was. */
  readonly finding?: unknown;
}

/** The alert of an envelope, or what of it this build does not carry, with pointers into the envelope. */
export function readAlert(envelope: AlertEnvelope): ReceivedAlert | { readonly errors: readonly FieldError[] } {
  switch (envelope.type) {
    case 'alert.created':
      return { alert: envelope.data, eventTimePointer: '#/data/eventTime' };
    case 'alert.updated':
      return notCarried('#/type', 'This build carries alert.created and ocsf.detection_finding.');
    case 'ocsf.detection_finding': {
      const event = fromOcsf(envelope.data);
      if (event.type === 'refused') return { errors: event.errors };
      if (event.type === 'alert.updated') {
        return notCarried('#/data/activity_id', 'This build carries findings with activity_id 1 (create).');
      }
      const { data: alert, eventTimePointer } = event;
      return { alert, eventTimePointer, finding: envelope.data };
    }
  }
}

function notCarried(pointer: string, detail: string): { readonly errors: readonly FieldError[] } {
  return { errors: [{ pointer, code: 'invalid_value', detail }] };
}
