import { Fault, fault } from '../units/fault';
import { quantityValue } from '../kubernetes/quantity';
import { ResourcePods } from './kubernetes-pods';

/** Resources of device plugins, which the API server accepts only in whole numbers and without overcommitment. */
function isDevice(resource: string): boolean {
  return resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource);
}

/**
 * The faults of devices and huge pages that containers request and the API server refuses: fractions, and requests that differ from the
 * limits.
 *
 * @see https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/#using-device-plugins
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go (ValidateResourceRequirements)
 *
 * @param pods the pods; only known values are checked
 *
 * @internal
 */
export function deviceRequestFaults({ path, name, containers }: ResourcePods): Fault[] {
  return containers.flatMap(({ requests, limits, later }) =>
    Object.entries({ ...limits, ...requests }).flatMap(([resource, quantity]) => {
      const of = `${path}: a container of '${name}'`;
      const amount = quantityValue(quantity);
      if (isDevice(resource) && !Number.isNaN(amount) && !Number.isInteger(amount)) {
        return [
          fault(
            'DEVICE_NOT_WHOLE',
            undefined,
            `${of} requests ${quantity} of ${resource}, which can only be requested in whole numbers; for a part of a GPU use a pool with gpuSharing`,
          ),
        ];
      }
      if (later || !(isDevice(resource) || resource.startsWith('hugepages-'))) return [];
      const [request, limit] = [requests[resource], limits[resource]];
      if (limit === undefined) {
        return [
          fault(
            'DEVICE_WITHOUT_LIMIT',
            undefined,
            `${of} requests ${request} of ${resource} without a limit, which the API server refuses; set it under limits`,
          ),
        ];
      }
      return request === undefined || request === limit || quantityValue(request) === quantityValue(limit)
        ? []
        : [
            fault(
              'DEVICE_LIMIT_DIFFERS',
              undefined,
              `${of} requests ${request} of ${resource} with the limit ${limit}, but the two must be equal; leave it out of requests`,
            ),
          ];
    }),
  );
}
