import { CASES, VALUE_CASES, Written, forced, written } from './argument-matrix';

/** What a version of vLLM said of the arguments that are written for it. */
export interface Judged {
  readonly version: string;
  /** What was written, by case. */
  readonly written: { readonly [name: string]: Written };
  /** By case, null where it takes them. */
  readonly said: { readonly [name: string]: { readonly engine: string | null; readonly serve?: string | null } };
  /** Flags of its parser. */
  readonly flags: readonly string[];
}

/** Folder of the weights, in all cases. */
export const MODEL = '/models/weights/chat/1';

/** What is written for every case by a version. */
export function writtenBy(version: string): { [name: string]: Written } {
  return Object.fromEntries(Object.entries(CASES).map(([name, given]) => [name, written(given, version)]));
}

/** What a version is asked: of what is refused, the arguments that it would get if it were not. */
export function questions(of: { readonly [name: string]: Written }): object {
  const base = of['nothing said'].engine!;
  const asked = Object.entries(of).map(([name, { engine, serve }]) => [
    name,
    {
      ...(engine === undefined ? { engine: forced(CASES[name], base) } : { engine, serve }),
      wholly: Object.hasOwn(VALUE_CASES, name),
    },
  ]);
  return { model: MODEL, cases: Object.fromEntries(asked) };
}

/** Cases of which vLLM and this library do not agree, with both. */
export function disagreements({ written: of, said }: Pick<Judged, 'written' | 'said'>): string[] {
  return Object.entries(of).flatMap(([name, { refused }]) => {
    const { engine, serve = null } = said[name];
    const reason = engine ?? serve;
    if ((refused === undefined) === (reason === null)) return [];
    return [`${name}: here ${refused?.join() ?? 'taken'}, there ${reason ?? 'taken'}`];
  });
}
