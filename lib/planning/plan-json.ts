import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { contradictions } from './plan-contradictions';
import { PLAN_KIND, PlanFacts } from './plan-fields';
import { parseJson } from '../units/json-text';
import { givenValue } from '../units/number-faults';

const FORMAT = 'gpu-inference-constructs/capacity-plan';
const VERSION = 2;

/** Plain data of a JSON object. */
interface Json {
  readonly [key: string]: unknown;
}

/**
 * A plan as plain data. Sizes are bytes; models and hardware that are not in the catalog are written out.
 *
 * @internal
 */
export function planToJson(facts: PlanFacts): Json {
  return { format: FORMAT, version: VERSION, ...(PLAN_KIND.write(facts) as Json) };
}

/**
 * The facts of a plan's JSON.
 *
 * @internal
 */
export function planFromJson(json: unknown): PlanFacts {
  const data = parsed(json);
  if (data.format !== FORMAT || data.version !== VERSION) {
    throw new UnscopedValidationError([
      fault(
        'PLAN_OF_OTHER_VERSION',
        'version',
        `a capacity plan must have format '${FORMAT}' and version ${VERSION}; got format ${givenValue(data.format)} and version ${givenValue(data.version)}; ` +
          'make it again with CapacityPlan.toJson()',
      ),
    ]);
  }
  refuse(PLAN_KIND.faults('', data));
  const facts = PLAN_KIND.read(data);
  refuse(contradictions(facts));
  return facts;
}

function refuse(faults: Fault[]): void {
  throwIfFaulty(
    faults.map(({ id, property, reason }) =>
      fault(id, property, `the capacity plan was changed: ${reason}; make it again with CapacityPlan.toJson()`),
    ),
  );
}

function parsed(json: unknown): Json {
  return record(typeof json === 'string' ? parseJson(json, 'a capacity plan') : json);
}

function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnscopedValidationError([
      fault(
        'INVALID_FORMAT',
        undefined,
        `a capacity plan must be a JSON object as CapacityPlan.toJson() makes it; got ${givenValue(value)}`,
      ),
    ]);
  }
  return value as Json;
}
