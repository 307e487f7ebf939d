import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { IndicatorSource, ofDevices, ofExporter } from './indicator-source';

const { EFA, NODE } = MetricExporter;

const INFINIBAND = ['received', 'transmitted'].map((way) =>
  ofExporter(NODE)(`node_infiniband_port_data_${way}_bytes_total`),
);
const OF_EFA = ['rx', 'tx'].map((way) => ofExporter(EFA)(`node_amazonefa_${way}_bytes`));

function bothWays(exporter: MetricExporter, metrics: Metric[], meaning: string): IndicatorSource {
  return {
    exporter,
    query: (target) => ({
      expr: metrics.map((metric) => `sum by (node, device) (rate(${ofDevices(metric, target)}[2m]))`).join(' + '),
      metrics,
      meaning,
    }),
  };
}

/** Bytes that a card moves each second. @internal */
export const RDMA_BANDWIDTH: readonly IndicatorSource[] = [
  bothWays(EFA, OF_EFA, 'Over all ports of a device of EFA, both ways together.'),
  bothWays(NODE, INFINIBAND, 'Over all ports of a card of InfiniBand or RoCE, both ways together.'),
];
