/** The label by which Kueue takes a group into a queue. @internal */
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';
