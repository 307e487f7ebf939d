import * as path from 'path';
import {
  CapacityPlanner,
  DataSize,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  Precision,
  SpeculativeDecoding,
} from '../../lib/planning';
import { judgedModel } from './judged-models';
import { readTable } from './points';
import { table } from './report';

/** A published pair of runs, and the planner's. */
export interface SpeculationPair {
  readonly id: string;
  readonly source: string;
  /** Milliseconds per token without and with speculative decoding. */
  readonly measured: readonly [without: number, drafting: number];
  readonly planned: readonly [without: number, drafting: number];
}

/** How much faster a token is with speculative decoding. */
export function speedup([without, drafting]: readonly [number, number]): number {
  return without / drafting;
}

/** The planner on every published pair. */
export function speculationPairs(): SpeculationPair[] {
  return readTable(path.join(__dirname, 'speculation.csv')).map(({ row }) => {
    const tokens = Number(row.tokens);
    const acceptanceRate = (Number(row.acceptance_length) - 1) / tokens;
    const drafting =
      row.method === 'mtp'
        ? SpeculativeDecoding.mtp({ tokens, acceptanceRate })
        : SpeculativeDecoding.eagle3({ tokens, acceptanceRate, draftVocabularySize: 32000 });
    const planned = (speculativeDecoding?: SpeculativeDecoding) =>
      CapacityPlanner.plan({
        model: judgedModel(row.model),
        precision: Precision.of(row.precision),
        instanceType: nodeOf(row.gpu),
        engine: InferenceEngine.of(row.engine),
        concurrency: 1,
        inputTokens: 100,
        outputTokens: row.method === 'mtp' ? 500 : 256,
        speculativeDecoding,
      }).decodeLatencyMs;
    return {
      id: row.id,
      source: row.source,
      measured: [Number(row.ms_without), Number(row.ms_with)],
      planned: [planned(), planned(drafting)],
    };
  });
}

function nodeOf(gpu: string): GpuNodeType {
  return GpuNodeType.custom({
    ...{ name: `pair-${gpu.toLowerCase()}`, gpu: GpuType.of(gpu), gpuCount: 1, interconnect: GpuInterconnect.PCIE },
    ...{ vcpus: 32, memory: DataSize.gib(256), networkBandwidthGbps: 10 },
  });
}

/** One line for each pair. */
export function speculationTable(): string {
  const two = (value: number) => value.toFixed(2);
  return table(
    'Runs with and without speculative decoding, milliseconds per token',
    ['id', 'without', 'planned', 'with', 'planned', 'speedup', 'planned'],
    speculationPairs().map(({ id, measured, planned }) => [
      id,
      ...[measured[0], planned[0], measured[1], planned[1], speedup(measured), speedup(planned)].map(two),
    ]),
  );
}

if (require.main === module) console.log(speculationTable());
