import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Fault, fault } from '../units/fault';
import { yamlDocuments } from '../units/yaml-documents';

/**
 * The values of a release as one map: its texts in YAML, the later over the earlier, and over them what is `set`, as Helm reads it.
 *
 * @param release name of the release, for messages
 * @param block its arguments, references resolved
 * @param faults texts that are no map, and what of `set` cannot be read
 *
 * @internal
 */
export function helmValues(release: string, block: ApiObject, faults: Fault[]): ApiObject {
  let values: ApiObject = {};
  ((block.values ?? []) as string[]).forEach((text, index) => {
    const { values: documents, errors } = yamlDocuments(text);
    const [read] = documents as ApiObject[];
    if (errors.length === 0 && documents.length <= 1 && (read === undefined || read === null)) return;
    if (errors.length > 0 || documents.length > 1 || typeof read !== 'object' || Array.isArray(read)) {
      const why = errors[0] ?? 'it is no map';
      const reason = `release '${release}': values[${index}] must be one map in YAML or JSON: ${why}; give JSON.stringify of an object`;
      faults.push(fault('HELM_VALUES_INVALID', `values[${index}]`, reason));
      return;
    }
    values = merged(values, read);
  });
  const set = (Array.isArray(block.set) ? block.set : block.set ? [block.set] : []) as SetValue[];
  set.forEach((one, index) => {
    const path = pathOf(one.name);
    // Helm would split these: a list in braces, and several assignments by commas.
    if (path && one.type !== 'literal' && !/^\{|(?<!\\),/.test(one.value)) {
      values = put(values, path, setValue(one)) as ApiObject;
      return;
    }
    const reason = `release '${release}': set[${index}] '${one.name}' must name a path such as a.b[0].c and have a value of no type 'literal' without lists or commas; put it into values`;
    faults.push(fault('HELM_VALUES_INVALID', `set[${index}]`, reason));
  });
  return values;
}

interface SetValue {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
}

/** Maps are merged, everything else is replaced. */
function merged(under: ApiObject, over: ApiObject): ApiObject {
  const entries = Object.entries(over).map(([key, value]): [string, unknown] => {
    const before: unknown = under[key];
    return [key, isMap(before) && isMap(value) ? merged(before, value) : value];
  });
  return { ...under, ...Object.fromEntries(entries) };
}

function isMap(value: unknown): value is ApiObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The steps of a path of `set`, in which a dot within a key is written as `\.`. */
function pathOf(name: string): (string | number)[] | undefined {
  if (!/^(?:\\.|[^\\.[\]=,{}])+(?:\[\d{1,5}\])*(?:\.(?:\\.|[^\\.[\]=,{}])+(?:\[\d{1,5}\])*)*$/.test(name))
    return undefined;
  return [...name.matchAll(/\[(\d+)\]|((?:\\.|[^\\.[\]])+)/g)].map(([, index, key]) =>
    index !== undefined ? Number(index) : key.replace(/\\(.)/g, '$1'),
  );
}

/**
 * @see https://github.com/helm/helm/blob/v3.19.0/pkg/strvals/parser.go (typedVal)
 */
function setValue({ value, type }: SetValue): unknown {
  const text = String(value).replace(/\\(.)/g, '$1');
  if (type === 'string') return text;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  if (/^null$/i.test(text)) return null;
  return /^(0|-?[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function put(here: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(here) ? [...(here as unknown[])] : [];
    while (list.length < step) list.push(null);
    list[step] = put(list[step], rest, value);
    return list;
  }
  const map = isMap(here) ? here : {};
  return { ...map, [step]: put(map[step], rest, value) };
}
