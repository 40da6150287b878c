import { z } from 'zod';
import { textOrNone } from './or-absent.ts';

/** An alert in short, as Defender gives it in every list; unknown words pass as they are. */
export const defenderAlertSummarySchema = z.object({
  id: z.string().min(1),
  title: textOrNone,
  severity: textOrNone,
  status: textOrNone,
  alertCreationTime: textOrNone,
});

/** An alert in short, as Defender gives it. */
export type DefenderAlertSummary = Readonly<z.output<typeof defenderAlertSummarySchema>>;
