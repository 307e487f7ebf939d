/**
 * NVIDIA's driver that the GPU operator installs by default, by version of its chart.
 *
 * Source: `driver.version` of deployments/gpu-operator/values.yaml at each tag.
 *
 * @see https://github.com/NVIDIA/gpu-operator
 */
const DRIVERS: { readonly [chart: string]: string } = {
  'v24.3.0': '550.54.15',
  'v24.6.0': '550.90.07',
  'v24.6.1': '550.90.07',
  'v24.6.2': '550.90.07',
  'v24.9.0': '550.127.05',
  'v24.9.1': '550.127.08',
  'v24.9.2': '550.144.03',
  'v25.3.0': '570.124.06',
  'v25.3.1': '570.148.08',
  'v25.3.2': '570.148.08',
  'v25.3.3': '580.82.07',
  'v25.3.4': '580.82.07',
  'v25.10.0': '580.95.05',
  'v25.10.1': '580.105.08',
  'v26.3.0': '580.126.20',
  'v26.3.1': '580.126.20',
  'v26.3.2': '580.126.20',
  'v26.3.3': '580.126.20',
  'v26.7.0': '595.91.07',
};

/**
 * The driver that a version of the chart installs by default, e.g. `595.91.07`; undefined for versions that were not seen.
 *
 * @internal
 */
export function operatorDriver(chartVersion: string): string | undefined {
  return Object.hasOwn(DRIVERS, chartVersion) ? DRIVERS[chartVersion] : undefined;
}

/**
 * The newest chart whose driver is of a branch or an older one.
 *
 * @internal
 */
export function operatorWithDriver(most: number): string | undefined {
  return Object.keys(DRIVERS)
    .filter((chart) => Number.parseInt(DRIVERS[chart], 10) <= most)
    .pop();
}
