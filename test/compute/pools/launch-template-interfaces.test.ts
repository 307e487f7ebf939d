import { EfaLayout } from '../../../lib/compute/pools/options/efa-layout';
import { idsOf } from '../../support/faults';
import * as fc from 'fast-check';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { GpuType } from '../../../lib/catalog/gpu-type';
import { NetworkCard } from '../../../lib/catalog/network-card';
import {
  InterfacePlacement,
  efaInterfaceLayout,
  layoutFaults,
  maxPodsBeside,
} from '../../../lib/compute/pools/shared/launch-template-interfaces';
import { DataSize } from '../../../lib/units/data-size';

const EFA_TYPES = GpuInstanceType.ALL.filter((type) => type.efaInterfaces > 0);

/** A layout as `card/device=type` words. */
function words(layout: InterfacePlacement[]): string[] {
  return layout.map((p) => `${p.networkCardIndex}/${p.deviceIndex}=${p.interfaceType}`);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Written by hand from AWS's page efa-acc-inst-types, and aws-parallelcluster#7143 for p6-b300. */
const BY_HAND: [string, string[]][] = [
  ['p5.48xlarge', ['0/0=interface', '0/1=efa-only', ...range(1, 31).map((card) => `${card}/0=efa-only`)]],
  ['p5en.48xlarge', ['0/0=interface', '0/1=efa-only', ...range(1, 15).map((card) => `${card}/0=efa-only`)]],
  ['p4de.24xlarge', ['0/0=interface', '0/1=efa-only', '1/0=efa-only', '2/0=efa-only', '3/0=efa-only']],
  ['p6-b200.48xlarge', ['0/0=interface', '0/1=efa-only', ...range(1, 7).map((card) => `${card}/0=efa-only`)]],
  ['p6-b300.48xlarge', ['0/0=interface', ...range(1, 16).map((card) => `${card}/0=efa-only`)]],
  ['g6e.48xlarge', ['0/0=interface', '0/1=efa-only', '1/0=efa-only', '2/0=efa-only', '3/0=efa-only']],
  ['g5.12xlarge', ['0/0=interface', '0/1=efa-only']],
];

describe('the layout of EFA interfaces', () => {
  test.each(BY_HAND)('of %s is the one AWS documents', (name, expected) => {
    expect(words(efaInterfaceLayout(GpuInstanceType.of(name)))).toEqual(expected);
  });

  test.each(EFA_TYPES.map((type): [string, GpuInstanceType] => [type.name, type]))(
    'of %s fits its cards, has one primary interface and every EFA',
    (_, type) => {
      const layout = efaInterfaceLayout(type);
      expectSound(type, layout);
      expect(layoutFaults(type, layout)).toEqual([]);
    },
  );

  test('of any hardware takes each place once, and puts EFA on the cards that can do it and on no other', () => {
    const card = fc.record({ maxInterfaces: fc.integer({ min: 2, max: 15 }), efa: fc.boolean() });
    fc.assert(
      fc.property(fc.array(card, { minLength: 1, maxLength: 40 }), (cards) => {
        const type = custom(cards.map((each, index) => ({ index, ...each })));
        expectSound(type, efaInterfaceLayout(type));
      }),
    );
  });

  test('does not depend on the order in which cards are given', () => {
    const cards = [0, 1, 2, 3].map((index) => ({ index, maxInterfaces: 4, efa: index !== 2 }));
    expect(efaInterfaceLayout(custom([...cards].reverse()))).toEqual(efaInterfaceLayout(custom(cards)));
  });

  test.each<[string, NetworkCard[], string]>([
    ['one place on card 0', [{ index: 0, maxInterfaces: 1, efa: true }], 'NETWORK_CARD_FULL instanceType'],
    ['no card 0', [{ index: 1, maxInterfaces: 2, efa: true }], 'NETWORK_CARD_MISSING instanceType'],
  ])('is refused by hardware with %s', (_, cards, id) => {
    const type = custom(cards);
    expect(idsOf(layoutFaults(type, efaInterfaceLayout(type)))).toEqual([id]);
  });
});

describe('the pods that get an address', () => {
  // By hand: (interfaces of card 0 - 1) × (addresses - 1) + 2, and at most 110 or, from 30 vCPUs on, 250.
  test.each([
    ['p5.48xlarge', 100, 51],
    ['p5en.48xlarge', 198, 149],
    ['p6-b200.48xlarge', 198, 149],
    ['g6.12xlarge', 234, 205],
    ['g4dn.8xlarge', 58, 44],
    ['p4de.24xlarge', 737, 250],
    ['g5.48xlarge', 345, 250],
    ['g6e.48xlarge', 492, 250],
  ])('are fewer on %s with EFA: %d without, %d with it', (name, without, withEfa) => {
    const type = GpuInstanceType.of(name);
    expect(type.defaultMaxPods).toBe(without);
    expect(maxPodsBeside(type, efaInterfaceLayout(type))).toBe(withEfa);
  });

  test('stay the same on p6-b300, whose card 0 has no EFA, and without EFA interfaces', () => {
    const b300 = GpuInstanceType.P6_B300_48XLARGE;
    expect(maxPodsBeside(b300, efaInterfaceLayout(b300))).toBeUndefined();
    expect(maxPodsBeside(GpuInstanceType.P5_48XLARGE, [])).toBeUndefined();
  });
});

function expectSound(type: GpuInstanceType, layout: InterfacePlacement[]): void {
  const efa = layout.filter((placement) => placement.interfaceType === 'efa-only');
  const primary = layout.filter((placement) => placement.networkCardIndex === 0 && placement.deviceIndex === 0);
  expect(primary).toEqual([{ networkCardIndex: 0, deviceIndex: 0, interfaceType: 'interface' }]);
  expect(layout).toHaveLength(1 + type.efaInterfaces);
  expect(new Set(words(layout).map((word) => word.split('=')[0])).size).toBe(layout.length);
  expect(efa.map((placement) => placement.networkCardIndex)).toEqual(
    type.networkCards.filter((card) => card.efa).map((card) => card.index),
  );
  for (const card of type.networkCards) {
    const devices = layout.filter((p) => p.networkCardIndex === card.index).map((p) => p.deviceIndex);
    expect(devices.length).toBeLessThanOrEqual(card.maxInterfaces);
    expect(devices.every((device) => device < card.maxInterfaces)).toBe(true);
  }
}

function custom(networkCards: NetworkCard[]): GpuInstanceType {
  return GpuInstanceType.unlisted({
    name: 'g9.metal',
    gpu: GpuType.H100,
    gpuCount: 8,
    vcpus: 96,
    memory: DataSize.gib(1024),
    networkCards,
  });
}

test('the list of layouts cannot be changed', () => {
  expect(() => EfaLayout.ALL.pop()).toThrow(TypeError);
  expect(EfaLayout.ALL).toHaveLength(3);
});
