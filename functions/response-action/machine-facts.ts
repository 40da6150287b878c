/** What policies ask about a machine: a machine as Defender gives it has all of it. */
export interface MachineFacts {
  readonly id: string;
  readonly machineTags: readonly string[];
  readonly rbacGroupName?: string | undefined;
  readonly osPlatform?: string | undefined;
  readonly deviceValue?: string | undefined;
}
