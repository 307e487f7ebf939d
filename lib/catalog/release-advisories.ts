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

/** NVIDIA's bulletins as data (CSAF), of which each has `fixed` and the score of every vulnerability. */
function bulletin(path: string): string {
  return `https://github.com/NVIDIA/product-security/blob/main/${path}/${path.split('/')[1]}.json`;
}

/**
 * Vulnerabilities of the releases in the table by which code can run, or which bypass access control, or which NVIDIA scores as critical, and
 * code of a checkpoint that runs although `trust_remote_code` is off. From NVIDIA's bulletins up to that of September 2026 (5875). Those of
 * backends that are not deployed here (DALI), and those that need the OpenAI server of vLLM, which Triton's backend does not start, are left
 * out, and so are those that only stop a server.
 */
const ADVISORIES: readonly ReleaseAdvisory[] = [
  {
    id: 'CVE-2025-23310',
    component: TRITON,
    fixed: '25.07',
    effect: 'a chunked HTTP request overflows the stack, which can run code',
    source: bulletin('2025/5687'),
  },
  {
    id: 'CVE-2025-23311',
    component: TRITON,
    fixed: '25.07',
    effect: 'an HTTP request overflows the stack, which can run code',
    source: bulletin('2025/5687'),
  },
  {
    id: 'CVE-2025-23317',
    component: TRITON,
    fixed: '25.07',
    effect: 'an HTTP request can open a shell',
    source: bulletin('2025/5687'),
  },
  {
    id: 'CVE-2025-23319',
    component: TRITON,
    fixed: '25.07',
    effect: 'the shared memory of the Python backend can be read and written by requests, which can run code',
    source: bulletin('2025/5687'),
  },
  {
    id: 'CVE-2025-23316',
    component: TRITON,
    fixed: '25.08',
    effect: 'the name of a model in a request to load it can run code',
    source: bulletin('2025/5691'),
  },
  {
    id: 'CVE-2026-24206',
    component: TRITON,
    fixed: '26.03',
    effect: 'access control of the server can be bypassed',
    source: bulletin('2026/5828'),
  },
  {
    id: 'CVE-2026-24207',
    component: TRITON,
    fixed: '26.03',
    effect: 'access control of the server can be bypassed, which can run code',
    source: bulletin('2026/5828'),
  },
  {
    id: 'CVE-2026-47625',
    component: TRITON,
    fixed: '26.04',
    effect: 'access control of the server is missing in a place, so that data can be read and changed',
    source: bulletin('2026/5875'),
  },
  {
    id: 'CVE-2026-47481',
    component: TRITON,
    fixed: '26.05',
    effect: 'access control of the server can be bypassed, which can run code',
    source: bulletin('2026/5853'),
  },
  {
    id: 'CVE-2026-47606',
    component: TRITON,
    fixed: '26.06',
    effect: 'a path leads out of its folder, which can run code',
    source: bulletin('2026/5865'),
  },
  {
    id: 'CVE-2026-47627',
    component: TRITON,
    fixed: '26.06',
    effect: 'a path leads out of its folder',
    source: bulletin('2026/5865'),
  },
  {
    id: 'CVE-2026-47630',
    component: TRITON,
    fixed: '26.06',
    effect: 'a path leads out of its folder, which can run code',
    source: bulletin('2026/5865'),
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

/** Those by which a key that protects an API of the server does not hold. */
const BYPASSES = ['CVE-2026-24206', 'CVE-2026-24207', 'CVE-2026-47481', 'CVE-2026-47625'];

/**
 * Whether access control of the server holds, as far as is known.
 *
 * @internal
 */
export function controlsAccess(advisories: readonly ReleaseAdvisory[]): boolean {
  return !advisories.some(({ id }) => BYPASSES.includes(id));
}

/**
 * The advisories that concern a release.
 *
 * @param release version of Triton, as `26.02`; undefined for images without it
 * @param vllm version of vLLM in its vLLM variant
 *
 * @internal
 */
export function advisoriesOf(release: string | undefined, vllm: string): ReleaseAdvisory[] {
  return ADVISORIES.filter(({ component, since, fixed }) => {
    const version = component === AdvisoryComponent.TRITON ? release : vllm;
    if (version === undefined) return false;
    return compareVersions(version, fixed) < 0 && (since === undefined || compareVersions(version, since) >= 0);
  });
}
