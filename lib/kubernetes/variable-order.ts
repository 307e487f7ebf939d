/**
 * The variables that a value refers to by `$(NAME)`, as the kubelet reads it: `$$` is a dollar, and what has no end is text.
 *
 * @see https://github.com/kubernetes/kubernetes (third_party/forked/golang/expansion/expand.go)
 *
 * @internal
 */
export function variablesOf(value: string): string[] {
  return [...value.matchAll(/\$(?:\$|\(([^)]*)\))/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/**
 * Variables of a container in the order given, except that each comes after those that it refers to: the kubelet expands only what it has seen.
 * Those that refer to each other in a circle have no such order.
 *
 * @internal
 */
export function variableOrder<T extends { readonly name: string; readonly value?: string }>(
  variables: readonly T[],
): T[] {
  const named = new Map(variables.map((each) => [each.name, each]));
  const ordered = new Set<T>();
  const seen = new Set<T>();
  const place = (variable: T) => {
    if (seen.has(variable)) return;
    seen.add(variable);
    const before = typeof variable.value === 'string' ? variablesOf(variable.value) : [];
    for (const name of before) {
      const other = named.get(name);
      if (other !== undefined) place(other);
    }
    ordered.add(variable);
  };
  variables.forEach(place);
  return [...ordered];
}
