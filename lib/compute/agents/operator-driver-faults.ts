import { operatorDriver, operatorWithDriver } from '../../catalog/gpu-operator-drivers';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { Fault, fault } from '../../units/fault';
import { GpuOperator } from './gpu-operator';

/**
 * GPUs that the driver of the operator does not know: those that it no longer supports, and those that came after it. Only nodes without a
 * driver of their own get it.
 *
 * @internal
 */
export function operatorDriverFaults(operator: GpuOperator, pools: readonly IGpuNodePool[]): Fault[] {
  const installs = operator.driver ?? !pools.some(({ driverInImage }) => driverInImage);
  const driver = installs ? driverOf(operator) : undefined;
  if (driver === undefined) return [];
  const major = Number.parseInt(driver, 10);
  return pools
    .filter(({ driverInImage }) => driverInImage !== true)
    .flatMap(({ poolName, hardware: { gpu } }) => {
      const { lastDriverMajor: last, firstDriverMajor: first } = gpu;
      if (last !== undefined && major > last) {
        const older = operatorWithDriver(last);
        const cure = older === undefined ? '' : `use GpuOperator.version('${older}'), or `;
        return [
          driverFault(
            operator,
            driver,
            poolName,
            `no longer supports ${gpu.name}; ${cure}set driver.version in its values to one of ${last}`,
          ),
        ];
      }
      if (first !== undefined && major < first) {
        const what = `does not know ${gpu.name}, which needs driver ${first} or later; use a later version of the operator, or set driver.version in its values`;
        return [driverFault(operator, driver, poolName, what)];
      }
      return [];
    });
}

function driverFault({ chartVersion }: GpuOperator, driver: string, poolName: string, what: string): Fault {
  const reason = `driver ${driver}, which GPU operator ${chartVersion} installs on pool '${poolName}', ${what}`;
  return fault('OPERATOR_DRIVER_NOT_FOR_GPU', 'gpuOperator', reason);
}

/** The driver that is installed: of the values, or the default of the chart. */
function driverOf({ chartVersion, values }: GpuOperator): string | undefined {
  const { version } = (values as { readonly driver?: { readonly version?: unknown } }).driver ?? {};
  if (version === undefined) return operatorDriver(chartVersion);
  return typeof version === 'string' && /^\d+\./.test(version) ? version : undefined;
}
