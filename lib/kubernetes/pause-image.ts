/** Does nothing, in little memory: what kubeadm of Kubernetes 1.31 to 1.33 runs as every pod's sandbox. @internal */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
