import { IConstruct } from 'constructs';
import { unknownNameFault } from '../catalog/near-names';
import { Fault, fault } from '../units/fault';
import { throwIfInvalid, throwOfCall } from './errors';
import { WARNING_IDS } from './warning-ids';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

/** Key on a construct, shared by all loaded copies of the package. */
const ACCEPTED = Symbol.for('gpu-inference-constructs/accepted-warnings');

interface Accepting {
  [ACCEPTED]?: Map<string, string>;
}

/** How the message of a warning begins. @internal */
export function warningPrefix(id: string): string {
  return `[gpu-inference-constructs:${id}]`;
}

/**
 * Warnings that have been read and accepted. Every warning has an id, which its message begins with:
 * `[gpu-inference-constructs:THE_ID]`.
 */
export class Warnings {
  /**
   * Accepts a warning for a scope and everything below it, so that it is not given there. Call it before the constructs that it is about
   * are created: most warnings are given by constructors. Throws a `ValidationError` for something that is not the id of a warning, an empty
   * reason, and a warning that was given already.
   *
   * @param scope the smallest scope that it is accepted in: a construct, a stack, or the app
   * @param id id of the warning, e.g. `NO_NODE_AGENTS`
   * @param reason why it is accepted; for readers of the program
   */
  public static accept(scope: IConstruct, id: string, reason: string): void {
    const isText = typeof reason === 'string' && reason.trim() !== '';
    throwIfInvalid(
      scope,
      allOf(
        () => idFaults(id),
        () => (isText ? [] : [fault('MISSING_PROPERTY', 'reason', 'reason is empty; say why the warning is accepted')]),
        () =>
          givenAlready(scope, id).map((path) =>
            fault(
              'WARNING_ALREADY_GIVEN',
              'id',
              `'${path}' has given the warning ${id} already; call Warnings.accept before creating it, e.g. on the stack right after that is made`,
            ),
          ),
      ),
    );
    const accepting = scope as Accepting;
    if (!accepting[ACCEPTED]) Object.defineProperty(scope, ACCEPTED, { value: new Map() });
    accepting[ACCEPTED]?.set(id, reason);
  }

  private constructor() {}
}

checkArguments('Warnings', Warnings, (faults, _, [scope]) => throwOfCall(faults, scope, []));

/**
 * Whether a warning is accepted on a construct or a scope above it.
 *
 * @internal
 */
export function isAccepted(scope: IConstruct, id: string): boolean {
  return scope.node.scopes.some((each) => (each as Accepting)[ACCEPTED]?.has(id) ?? false);
}

function idFaults(id: string): Fault[] {
  const known: readonly string[] = WARNING_IDS;
  if (known.includes(id)) return [];
  return [
    unknownNameFault('warning', id, known, "a warning's message begins with its id; docs/faults lists them all", 'id'),
  ];
}

function givenAlready(scope: IConstruct, id: string): string[] {
  const gives = ({ node }: IConstruct) => node.metadata.some(({ data }) => String(data).startsWith(warningPrefix(id)));
  return scope.node
    .findAll()
    .filter(gives)
    .map(({ node }) => node.path);
}
