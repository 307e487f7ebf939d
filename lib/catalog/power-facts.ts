/**
 * The range of a card's power limit, which `nvidia-smi -pl` sets.
 *
 * @internal
 */
export interface CardPower {
  readonly leastWatts: number;
  readonly mostWatts: number;
  readonly source: string;
}

/**
 * A power mode of a Jetson, which `nvpmodel -m` sets.
 *
 * @internal
 */
export interface BoardMode {
  /** Number for `nvpmodel -m`. */
  readonly id: number;
  readonly name: string;
  /** What the module takes at most in it. */
  readonly watts: number;
  /** Highest clock of the GPU, MHz. @default - not known */
  readonly gpuMhz?: number;
  /** Pairs of multiprocessors that are on. @default - not known */
  readonly clusters?: number;
  /** Highest clock of the memory, MHz. @default - not known */
  readonly memoryMhz?: number;
}

/**
 * Modes of a board, the most powerful first, which has no limits.
 *
 * @internal
 */
export interface BoardPower {
  readonly modes: readonly BoardMode[];
  readonly source: string;
}

/**
 * Limits by GPU. What was not seen is absent: such a card takes what its data sheet says.
 *
 * @internal
 */
export const CARD_POWER: { readonly [gpu: string]: CardPower } = {
  T4: {
    leastWatts: 60,
    mostWatts: 70,
    source: 'Min and Max Power Limit of `nvidia-smi -q` on a Tesla T4, in a log of a public repository',
  },
  L4: {
    leastWatts: 40,
    mostWatts: 72,
    source: 'Min and Max Power Limit of `nvidia-smi -q` on an NVIDIA L4, in a log of a public repository',
  },
  A2: {
    leastWatts: 40,
    mostWatts: 60,
    source: 'NVIDIA A2 data sheet (40 to 60 W, configurable; 40 W from memory, 60 W in outputs of nvidia-smi)',
  },
};

/** Nvpmodel files of NVIDIA, as LineageOS/android_device_nvidia_concord has them: modes, `GPU` and `EMC MAX_FREQ`, bits of `TPC_PG_MASK`. */
const NVPMODEL = 'NVIDIA nvpmodel_';

/**
 * Power modes by board. Highest clocks: 1,300 MHz of AGX Orin, 1,020 MHz of Orin Nano Super, 3,199 MHz of their memory (data sheets). `MAXN_SUPER` of
 * Orin Nano is left out: NVIDIA states no watts for it.
 *
 * @internal
 */
export const BOARD_POWER: { readonly [gpu: string]: BoardPower } = {
  'JETSON-AGX-ORIN-64GB': {
    modes: [
      { id: 0, name: 'MAXN', watts: 60, gpuMhz: 1300, clusters: 8, memoryMhz: 3199 },
      { id: 3, name: 'MODE_50W', watts: 50, gpuMhz: 816, clusters: 8, memoryMhz: 3199 },
      { id: 2, name: 'MODE_30W', watts: 30, gpuMhz: 612, clusters: 4, memoryMhz: 3199 },
      { id: 1, name: 'MODE_15W', watts: 15, gpuMhz: 408, clusters: 3, memoryMhz: 2133 },
    ],
    source: `${NVPMODEL}p3701_0000.conf; most power of the module: its data sheet (60 W)`,
  },
  'JETSON-ORIN-NANO-8GB': {
    modes: [
      { id: 1, name: '25W', watts: 25, gpuMhz: 918, clusters: 4, memoryMhz: 3199 },
      { id: 0, name: '15W', watts: 15, gpuMhz: 612, clusters: 4, memoryMhz: 2133 },
    ],
    source: `${NVPMODEL}p3767_0003_super.conf`,
  },
  'JETSON-AGX-THOR-128GB': {
    modes: [
      { id: 0, name: 'MAXN', watts: 130 },
      { id: 1, name: '120W', watts: 120 },
      { id: 2, name: '90W', watts: 90 },
      { id: 3, name: '70W', watts: 70 },
    ],
    source:
      'modes of Jetson Linux 38 for T5000, in a test of a public repository; clocks were not seen; most power of the module: its data sheet',
  },
};

/** Highest clocks of the boards, of which those of a mode are a share. @internal */
export const BOARD_CLOCKS: {
  readonly [gpu: string]: { readonly gpuMhz: number; readonly clusters: number; readonly memoryMhz: number };
} = {
  'JETSON-AGX-ORIN-64GB': { gpuMhz: 1300, clusters: 8, memoryMhz: 3199 },
  'JETSON-ORIN-NANO-8GB': { gpuMhz: 1020, clusters: 4, memoryMhz: 3199 },
};
