import { Construct } from 'constructs';
import { enter, entered } from '../../core/cluster-ledger';
import { IModelStore } from '../../core/model-store';
import { Fault, fault } from '../../units/fault';

const RELEASE = 'model release';

/** What the ledger of a store knows of a release. */
interface KnownRelease {
  readonly number: number;
  readonly path: string;
}

/** What is released. @internal */
export interface NumberedRelease {
  readonly modelStore: IModelStore;
  readonly model: string;
  readonly number: number;
}

/** @internal */
export function enterRelease(scope: Construct, { modelStore, model, number }: NumberedRelease, channel: string): void {
  enter(modelStore, RELEASE, `${model}/${channel}`, scope, { number, path: scope.node.path });
}

/**
 * The fault of a second release of a channel with the same number: sites know them by it.
 *
 * @internal
 */
export function sameNumberFaults({ modelStore, model, number }: NumberedRelease, channel: string): Fault[] {
  const others = entered<KnownRelease>(modelStore, RELEASE, `${model}/${channel}`).map(({ value }) => value);
  const other = others.find((each) => each.number === number);
  if (other === undefined) return [];
  const next = Math.max(...others.map((each) => each.number)) + 1;
  const reason =
    `number must differ from those of other releases of channel '${channel}' of '${model}', because sites tell them apart by it; got ${number}, which ` +
    `'${other.path}' has; give the later one ${next}`;
  return [fault('DUPLICATE', 'number', reason)];
}
