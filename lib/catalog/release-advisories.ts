import { compareVersions } from './metric';

/** The part of an image that a vulnerability is in. */
export enum AdvisoryComponent {
  /** The server itself: every variant of the image. */
  TRITON = 'Triton',
  /** The engine of the vLLM variant. */
  VLLM = 'vLLM',
}

/**
 * A known vulnerability by which somebody else's code runs in a server, or its access control does not hold.
 */
export interface ReleaseAdvisory {
  /** Its number, e.g. `CVE-2026-27893`. */
  readonly id: string;
  /** The part that it is in. */
  readonly component: AdvisoryComponent;
  /** First version of the part that has it. @default - every version before `fixed` */
  readonly since?: string;
  /** First version without it: a release of Triton, or a version of vLLM. */
  readonly fixed: string;
  /** What it allows. */
  readonly effect: string;
  /** Where this is published. */
  readonly source: string;
}

const TRITON = AdvisoryComponent.TRITON;
const VLLM = AdvisoryComponent.VLLM;

/**
 * Critical vulnerabilities of the releases in the table: remote code execution, bypassed access control, and code of a checkpoint that runs
 * although `trust_remote_code` is off. Those that need the OpenAI server of vLLM, which Triton's backend does not start, are left out.
 */
const ADVISORIES: readonly ReleaseAdvisory[] = [
  {
    id: 'CVE-2025-23310',
    component: TRITON,
    fixed: '25.07',
    effect: 'a chunked HTTP request overflows the stack, which can run code',
    source: 'https://nvidia.custhelp.com/app/answers/detail/a_id/5687',
  },
  {
    id: 'CVE-2025-23319',
    component: TRITON,
    fixed: '25.07',
    effect: 'the shared memory of the Python backend can be read and written by requests, which can run code',
    source: 'https://www.wiz.io/blog/nvidia-triton-cve-2025-23319-vuln-chain-to-ai-server',
  },
  {
    // The bulletin of May 2026. Its table of versions was not seen; 26.04 is what others moved to because of it
    // (fastmachinelearning/SuperSONIC#83, aws/deep-learning-containers#6168).
    id: 'CVE-2026-24207',
    component: TRITON,
    fixed: '26.04',
    effect: 'access control of the server can be bypassed, which can run code',
    source: 'https://nvidia.custhelp.com/app/answers/detail/a_id/5828',
  },
  {
    id: 'CVE-2026-22807',
    component: VLLM,
    since: '0.10.1',
    fixed: '0.14.0',
    effect: 'code of a checkpoint runs although trust_remote_code is off',
    source: 'https://github.com/vllm-project/vllm/security/advisories/GHSA-2pc9-4j83-qjmr',
  },
  {
    id: 'CVE-2026-22778',
    component: VLLM,
    since: '0.8.3',
    fixed: '0.14.1',
    effect: 'a request to a model that takes video can run code',
    source: 'https://github.com/vllm-project/vllm/security/advisories/GHSA-4r2x-xpjr-7cvv',
  },
  {
    id: 'CVE-2026-27893',
    component: VLLM,
    since: '0.10.1',
    fixed: '0.18.0',
    effect: 'code of a checkpoint runs although trust_remote_code is off',
    source: 'https://github.com/vllm-project/vllm/security/advisories/GHSA-7972-pg2x-xr59',
  },
];

/**
 * The advisories that concern a release.
 *
 * @param release version of Triton, as `26.02`
 * @param vllm version of vLLM in its vLLM variant
 *
 * @internal
 */
export function advisoriesOf(release: string, vllm: string): ReleaseAdvisory[] {
  return ADVISORIES.filter(({ component, since, fixed }) => {
    const version = component === AdvisoryComponent.TRITON ? release : vllm;
    return compareVersions(version, fixed) < 0 && (since === undefined || compareVersions(version, since) >= 0);
  });
}
