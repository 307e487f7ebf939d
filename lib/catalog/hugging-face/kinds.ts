import { LayerKind } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';

/** Most layers that are looked at; a shape with more is refused. */
const MOST_LAYERS = 1000;

/**
 * A shape whose layers are described one by one: equal ones become a kind.
 *
 * @param shape the rest of the shape
 * @param describe what the layer of a number has, from zero
 *
 * @internal
 */
export function withKinds(shape: DecoderShape, describe: (layer: number) => Omit<LayerKind, 'count'>): DecoderShape {
  const found = new Map<string, { kind: Omit<LayerKind, 'count'>; count: number; number: number }>();
  const layerOrder: number[] = [];
  for (let i = 0; i < Math.min(shape.layers, MOST_LAYERS); i++) {
    const kind = describe(i);
    const key = JSON.stringify(kind);
    let known = found.get(key);
    if (!known) found.set(key, (known = { kind, count: 0, number: found.size }));
    known.count++;
    layerOrder.push(known.number);
  }
  const layerKinds = [...found.values()].map(({ kind, count }) => ({ count, ...kind }));
  return { ...shape, layerKinds, ...(layerKinds.length > 1 ? { layerOrder } : {}) };
}
