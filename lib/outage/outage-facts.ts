/**
 * What is known about an outage of the link, each with its source. Times are in seconds.
 *
 * @internal
 */
export const OUTAGE_FACTS = {
  /**
   * `tolerationSeconds` that the API server gives to pods that have none, which cannot be changed on EKS:
   * https://docs.aws.amazon.com/eks/latest/best-practices/hybrid-nodes-kubernetes-pod-failover.html.
   */
  defaultTolerationSeconds: 300,
  /**
   * Between the return of the link and the first heartbeat that the control plane sees. The kubelet renews its lease every 10 s, and gives up a
   * dead connection after 45 s (`HTTP2_READ_IDLE_TIMEOUT_SECONDS` 30 and `HTTP2_PING_TIMEOUT_SECONDS` 15 of k8s.io/apimachinery). The rest is
   * ours, for the network itself.
   */
  heartbeatSeconds: 120,
  /**
   * Bytes of a sample in a write-ahead log that is not compressed: https://www.robustperception.io/how-much-space-does-the-wal-take-up/.
   * Compression, which is on, about halves it (https://prometheus.io/docs/prometheus/latest/storage/): that half is the reserve.
   */
  walBytesPerSample: 13,
  /**
   * Bytes of a sample in vmagent's queue: 44 measured with vmagent 1.150.0 and the 332 series of vLLM, the node exporter, kube-state-metrics and the
   * DCGM exporter in blocks of a small site, 21 in large blocks. The rest is the reserve.
   */
  queueBytesPerSample: 60,
  /** Bytes of a file of that queue, which is deleted whole: `defaultChunkFileSize` in lib/persistentqueue/persistentqueue.go of VictoriaMetrics 1.150.0. */
  queueFileBytes: 512 * 1024 * 1024,
  /** Bytes of a segment of that log: https://prometheus.io/docs/prometheus/latest/storage/#on-disk-layout. */
  walSegmentBytes: 128 * 1024 * 1024,
  /** Segments that a log has at least, of the same page. */
  walSegments: 3,
  /** Bytes of a sample in a block, of the same page: 1 to 2. */
  blockBytesPerSample: 2,
  /** Hours of samples in the write-ahead log of a server, of the same page and of `Head.truncateWAL` in tsdb/head.go. */
  serverWalSeconds: 3 * 3600,
  /** A block is deleted when all of it is too old, and cleaning takes up to two hours, of the same page. */
  blockSeconds: 4 * 3600,
  /**
   * How often the log of an agent is cut: `DefaultTruncateFrequency` in tsdb/agent/db.go, as of 3.14.0.
   */
  agentTruncateSeconds: 2 * 3600,
  /** How far back an expression looks for a sample (`--query.lookback-delta`): a site is not silent before. */
  lookbackSeconds: 300,
} as const;
