import { formatted } from './format';
import { escaped } from './html';

/** One line of a graph. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
  /** Seconds since 1970 and values. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Area {
  readonly width: number;
  readonly height: number;
  readonly unit?: string;
  /** Least that the axis ends at. */
  readonly top?: number;
}

const MARGIN = { left: 64, right: 12, top: 8, bottom: 22 };

/** A graph of lines over time, as SVG. */
export function chart(lines: readonly Line[], { width, height, unit, top = 0 }: Area): string {
  const points = lines.flatMap(({ points: each }) => each).filter(([, value]) => Number.isFinite(value));
  if (points.length === 0) return '';
  const times = points.map(([time]) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const values = points.map(([, value]) => value);
  const [lowest, highest] = [Math.min(0, ...values), Math.max(top, ...values)];
  const ticks = ticksOf(lowest, highest === lowest ? lowest + 1 : highest);
  const [low, high] = [ticks[0], ticks[ticks.length - 1]];
  const x = (time: number) => MARGIN.left + ((time - from) / (to - from || 1)) * (width - MARGIN.left - MARGIN.right);
  const y = (value: number) =>
    height - MARGIN.bottom - ((value - low) / (high - low)) * (height - MARGIN.top - MARGIN.bottom);
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}"/>` +
      `<text class="tick" text-anchor="end" x="${MARGIN.left - 6}" y="${fixed(y(tick) + 4)}">${escaped(formatted(tick, unit))}</text>`,
  );
  const clock = [0, 1, 2, 3, 4].map((part) => {
    const time = from + ((to - from) * part) / 4;
    const anchor = part === 0 ? 'start' : part === 4 ? 'end' : 'middle';
    return `<text class="tick" text-anchor="${anchor}" x="${fixed(x(time))}" y="${height - 6}">${new Date(1000 * time).toISOString().slice(11, 16)}</text>`;
  });
  const paths = lines.map(({ points: each, color, dashed }) => {
    const style = `stroke="${color}"${dashed ? ' stroke-dasharray="8 6"' : ''}`;
    return `<path class="line" ${style} d="${path(each, x, y)}"/>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${[...grid, ...clock, ...paths].join('')}</svg>`;
}

/** A line with gaps where there is no value. */
function path(
  points: readonly (readonly [number, number])[],
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  let begun = false;
  return points
    .map(([time, value]) => {
      if (!Number.isFinite(value)) {
        begun = false;
        return '';
      }
      const step = `${begun ? 'L' : 'M'}${fixed(x(time))} ${fixed(y(value))}`;
      begun = true;
      return step;
    })
    .join('');
}

/** Round values from one not above the lowest to one not below the highest. */
function ticksOf(lowest: number, highest: number): number[] {
  const rough = (highest - lowest) / 4;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * decade).find((each) => each >= rough * 0.999) ?? 10 * decade;
  const first = Math.floor(lowest / step + 1e-9);
  const last = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

const fixed = (value: number) => String(Math.round(10 * value) / 10);
