import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE } = MetricType;
const INFINIBAND = 'prometheus/node_exporter @ a7dcc3a: collector/infiniband_linux.go';
/** Its read-me, and pull request 885 for the five counters of devices since Nitro v4. */
const EFA =
  'aws-samples/awsome-distributed-training @ 054d5d4: 4.validation_and_observability/3.efa-node-exporter/amazon_efa_linux.go';
const EFA_NITRO_4 = `${EFA}; awslabs/awsome-distributed-ai pull request 885`;

const PORT = ['device', 'port'];

function ofPort(type: MetricType, unit: MetricUnit, description: string, minVersion?: string): MetricFacts {
  return { type, unit, labels: PORT, minVersion, description, source: INFINIBAND };
}

const counted = (unit: MetricUnit, description: string) => ofPort(COUNTER, unit, description);
/** Of `hw_counters` of cards of NVIDIA, which the exporter reads from 1.11 on. */
const ofHardware = (unit: MetricUnit, description: string) => ofPort(COUNTER, unit, description, '1.11.0');

const { BYTES, EVENTS, PACKETS } = MetricUnit;

/**
 * What the node exporter tells of ports in `/sys/class/infiniband`. EFA has neither `counters` there nor names in `hw_counters` that procfs v0.21.1 reads:
 * of it there are the state and the rate, and no byte (pull request 3670 is open).
 *
 * @internal
 */
export const INFINIBAND_METRICS: MetricRows = {
  node_infiniband_info: {
    ...ofPort(GAUGE, MetricUnit.INFORMATION, 'Model and firmware of a card'),
    labels: ['device', 'firmware_version'],
    // Not of EFA.
    optionalLabels: ['board_id', 'hca_type'],
  },
  node_infiniband_state_id: ofPort(GAUGE, MetricUnit.CODE, 'State of a port: 4 is active'),
  node_infiniband_physical_state_id: ofPort(GAUGE, MetricUnit.CODE, 'State of the link of a port: 5 is up'),
  node_infiniband_rate_bytes_per_second: ofPort(GAUGE, MetricUnit.BYTES_PER_SECOND, 'What a port can move a second'),
  node_infiniband_port_data_received_bytes_total: counted(BYTES, 'Bytes received, RDMA among them; not of EFA'),
  node_infiniband_port_data_transmitted_bytes_total: counted(BYTES, 'Bytes sent, RDMA among them; not of EFA'),
  node_infiniband_port_packets_received_total: counted(PACKETS, 'Packets received'),
  node_infiniband_port_packets_transmitted_total: counted(PACKETS, 'Packets sent'),
  node_infiniband_port_errors_received_total: counted(EVENTS, 'Packets received with an error'),
  node_infiniband_port_discards_received_total: counted(PACKETS, 'Packets dropped on arrival'),
  node_infiniband_port_discards_transmitted_total: counted(PACKETS, 'Packets dropped before they were sent'),
  node_infiniband_port_transmit_wait_total: counted(EVENTS, 'Ticks in which a port had to wait with what it had'),
  node_infiniband_link_downed_total: counted(EVENTS, 'How often a link went down'),
  node_infiniband_link_error_recovery_total: counted(EVENTS, 'How often a link mended itself'),
  node_infiniband_local_link_integrity_errors_total: counted(EVENTS, 'How often the port had too many errors'),
  node_infiniband_symbol_error_total: counted(EVENTS, 'Small errors on the lanes of a link'),
  node_infiniband_port_receive_remote_physical_errors_total: counted(EVENTS, 'Packets that came marked as bad'),
  node_infiniband_excessive_buffer_overrun_errors_total: counted(EVENTS, 'How often buffers overran'),
  node_infiniband_out_of_sequence_packets_received_total: ofHardware(PACKETS, 'Packets received out of order'),
  node_infiniband_packet_sequence_errors_total: ofHardware(EVENTS, 'Answers that told of packets out of order'),
  node_infiniband_local_ack_timeout_errors_total: ofHardware(EVENTS, 'Answers that did not come in time'),
  node_infiniband_rnr_nak_retry_packets_received_total: ofHardware(EVENTS, 'Answers that the receiver was not ready'),
  node_infiniband_out_of_buffer_drops_total: ofHardware(PACKETS, 'Packets dropped for want of a buffer'),
  node_infiniband_np_cnp_packets_sent_total: ofHardware(PACKETS, 'Warnings of congestion sent'),
  node_infiniband_np_ecn_marked_roce_packets_received_total: ofHardware(PACKETS, 'Packets marked for congestion'),
  node_infiniband_rp_cnp_packets_handled_total: ofHardware(PACKETS, 'Warnings of congestion obeyed'),
  node_infiniband_roce_adp_retransmits_total: ofHardware(PACKETS, 'RoCE packets sent again'),
  node_infiniband_rx_icrc_encapsulated_errors_total: ofHardware(EVENTS, 'RoCE packets with a wrong checksum'),
};

/** None ends in `_total`. */
function efa(unit: MetricUnit, description: string, source = EFA): MetricFacts {
  return { type: COUNTER, unit, labels: PORT, description, source };
}

const { OPERATIONS } = MetricUnit;

/** What AWS's build of the node exporter tells of EFA, beside all that the node exporter tells. @internal */
export const EFA_METRICS: MetricRows = {
  node_amazonefa_info: { ...efa(MetricUnit.INFORMATION, 'A device of EFA'), type: GAUGE, labels: ['device'] },
  node_amazonefa_tx_bytes: efa(BYTES, 'Bytes sent'),
  node_amazonefa_rx_bytes: efa(BYTES, 'Bytes received'),
  node_amazonefa_tx_pkts: efa(PACKETS, 'Packets sent'),
  node_amazonefa_rx_pkts: efa(PACKETS, 'Packets received'),
  node_amazonefa_rx_drops: efa(PACKETS, 'Packets received and dropped'),
  node_amazonefa_send_bytes: efa(BYTES, 'Bytes of sends'),
  node_amazonefa_send_wrs: efa(OPERATIONS, 'Sends'),
  node_amazonefa_recv_bytes: efa(BYTES, 'Bytes of receives'),
  node_amazonefa_recv_wrs: efa(OPERATIONS, 'Receives'),
  node_amazonefa_rdma_read_bytes: efa(BYTES, 'Bytes read from others by RDMA'),
  node_amazonefa_rdma_read_resp_bytes: efa(BYTES, 'Bytes that others read from here by RDMA'),
  node_amazonefa_rdma_read_wrs: efa(OPERATIONS, 'Reads by RDMA'),
  node_amazonefa_rdma_read_wr_err: efa(EVENTS, 'Reads by RDMA that failed'),
  node_amazonefa_rdma_write_bytes: efa(BYTES, 'Bytes written to others by RDMA'),
  node_amazonefa_rdma_write_recv_bytes: efa(BYTES, 'Bytes that others wrote here by RDMA'),
  node_amazonefa_rdma_write_wrs: efa(OPERATIONS, 'Writes by RDMA'),
  node_amazonefa_rdma_write_wr_err: efa(EVENTS, 'Writes by RDMA that failed'),
  node_amazonefa_completed_cmds: efa(OPERATIONS, 'Commands to the device that ended'),
  node_amazonefa_cmds_err: efa(EVENTS, 'Commands to the device that failed'),
  node_amazonefa_no_completion_cmds: efa(EVENTS, 'Commands to the device without an answer'),
  node_amazonefa_reg_mr_err: efa(EVENTS, 'Memory that could not be registered'),
  node_amazonefa_create_qp_err: efa(EVENTS, 'Queues that could not be made'),
  node_amazonefa_create_ah_err: efa(EVENTS, 'Addresses that could not be made'),
  node_amazonefa_keep_alive_rcvd: efa(EVENTS, 'Signs of life of the device'),
  node_amazonefa_retrans_bytes: efa(BYTES, 'Bytes sent again', EFA_NITRO_4),
  node_amazonefa_retrans_pkts: efa(PACKETS, 'Packets sent again', EFA_NITRO_4),
  node_amazonefa_retrans_timeout_events: efa(EVENTS, 'Packets whose answer did not come in time', EFA_NITRO_4),
  node_amazonefa_impaired_remote_conn_events: efa(EVENTS, 'Connections held back for bad health', EFA_NITRO_4),
  node_amazonefa_unresponsive_remote_events: efa(EVENTS, 'Others that did not answer', EFA_NITRO_4),
};
