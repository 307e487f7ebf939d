import { DataSize } from '../units/data-size';
import { Duration } from '../units/duration';
import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { OutageNumbers } from './outage-numbers';
import { OutageSettings } from './outage-props';

/**
 * The faults of settings that do not hold through an outage, each with the number that would.
 *
 * @param plan what follows from the outage
 * @param set what is set
 *
 * @internal
 */
export function outageSettingFaults(plan: OutageNumbers, set: OutageSettings): Fault[] {
  const outage = `an outage of ${plan.longest.toString()}`;
  const back = `${outage} ends for the last node after ${plan.span.toString()}`;
  return allOf(
    () => wholeNumberFault('tolerationSeconds', set.tolerationSeconds, 0),
    () =>
      below(set.tolerationSeconds, plan.tolerationSeconds, (given, least) => {
        const reason = `tolerationSeconds is ${given}, but ${back}, so the control plane evicts pods that still run; set at least ${least}`;
        return fault('OUTAGE_EVICTS_PODS', 'tolerationSeconds', reason);
      }),
    () =>
      shorter(set.credentialLifetime, plan.credentialLifetime, (given, least) => {
        const reason = `credentialLifetime is ${given}, but nodes may be cut off for ${plan.longest.toString()}, so none outlasts it; set at least ${least}`;
        return fault('OUTAGE_CREDENTIALS_TOO_SHORT', 'credentialLifetime', reason);
      }),
    () =>
      shorter(set.walTruncateFrequency, plan.walTruncateFrequency, (given, least) => {
        const reason =
          `walTruncateFrequency is ${given}, but each cut drops the older two thirds of the log, sent or not, and ${back}, so metrics are dropped ` +
          `before they are sent; set at least ${least}`;
        return fault('OUTAGE_BUFFER_TOO_SHORT', 'walTruncateFrequency', reason);
      }),
    () =>
      smaller(set.bufferDisk, plan.bufferDisk, (given, least) => {
        const reason = `bufferDisk is ${given}, but what cannot be sent in ${outage} takes ${least}, so it is full before the link is back; set at least ${least}`;
        return fault('OUTAGE_BUFFER_TOO_SMALL', 'bufferDisk', reason);
      }),
    () =>
      shorter(unlessZero(set.sampleAgeLimit), plan.sampleAgeLimit, (given, least) => {
        const reason = `sampleAgeLimit is ${given}, but ${back}, so the sender drops what is older; set at least ${least}, or 0s, which drops nothing`;
        return fault('OUTAGE_SAMPLES_TOO_OLD', 'sampleAgeLimit', reason);
      }),
    () =>
      shorter(set.hubOutOfOrderWindow, plan.hubOutOfOrderWindow, (given, least) => {
        const reason = `hubOutOfOrderWindow is ${given}, but samples of ${outage} arrive up to ${least} behind those of other sites, so the hub refuses them; set at least ${least}`;
        return fault('OUTAGE_HUB_WINDOW_TOO_SMALL', 'hubOutOfOrderWindow', reason);
      }),
    () =>
      shorter(set.hubRetention, plan.hubOutOfOrderWindow, (given, least) => {
        const reason = `hubRetention is ${given}, but samples of ${outage} are up to ${least} old when they arrive, so the hub deletes them; set at least ${least}`;
        return fault('OUTAGE_HUB_RETENTION_TOO_SHORT', 'hubRetention', reason);
      }),
    () =>
      shorter(set.localRetention, plan.localRetention, (given, least) => {
        const why = plan.sender.keepsPlace
          ? 'what happened is looked at within a day after'
          : 'what a restarted sender leaves out must be fetched from the site within a day after';
        const reason = `localRetention is ${given}, but ${back}, and ${why}, so it is gone; set at least ${least}`;
        return fault('OUTAGE_LOCAL_RETENTION_TOO_SHORT', 'localRetention', reason);
      }),
    () =>
      smaller(set.localDisk, plan.localDisk, (given, least) => {
        const reason = `localDisk is ${given}, but ${plan.localRetention.toString()} of samples take ${least}, so the Prometheus of the site stops; set at least ${least}`;
        return fault('OUTAGE_LOCAL_DISK_TOO_SMALL', 'localDisk', reason);
      }),
    () =>
      shorter(set.imageMinimumGcAge, plan.imageMinimumGcAge, (given, least) => {
        const reason = `imageMinimumGcAge is ${given}, but ${back}, so a kubelet may delete an image that it cannot pull again; set at least ${least}`;
        return fault('OUTAGE_IMAGES_NOT_KEPT', 'imageMinimumGcAge', reason);
      }),
    () => alertFaults(plan, set.silentAfter),
  );
}

function alertFaults(plan: OutageNumbers, given: Duration | undefined): Fault[] {
  if (given === undefined || given.toSeconds() <= plan.overdueAfter.toSeconds()) return [];
  const reason =
    `silentAfter is ${given.toString()}, but metrics are lost after ${plan.longest.toString()}, of which a quarter must be left to act, so nobody is told in ` +
    `time; set at most ${plan.overdueAfter.toString()}`;
  return [fault('OUTAGE_ALERTS_TOO_LATE', 'silentAfter', reason)];
}

function below(given: number | undefined, least: number, tell: (given: number, least: number) => Fault): Fault[] {
  return given === undefined || given >= least ? [] : [tell(given, least)];
}

function shorter(
  given: Duration | undefined,
  least: Duration | undefined,
  tell: (given: string, least: string) => Fault,
): Fault[] {
  if (given === undefined || least === undefined || given.toSeconds() >= least.toSeconds()) return [];
  return [tell(given.toString(), least.toString())];
}

function smaller(
  given: DataSize | undefined,
  least: DataSize | undefined,
  tell: (given: string, least: string) => Fault,
): Fault[] {
  if (given === undefined || least === undefined || !least.exceeds(given)) return [];
  return [tell(given.toString(), least.toString())];
}

/** A limit of zero is none. */
function unlessZero(limit: Duration | undefined): Duration | undefined {
  return limit?.toSeconds() === 0 ? undefined : limit;
}
