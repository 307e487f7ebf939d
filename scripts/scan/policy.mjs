// What the scanners must have looked at, and which of their verdicts are accepted, with the reason.
import { readFileSync } from 'node:fs';
import { expect } from '../support.mjs';

/** A policy: `test/scan/policy.json`. */
export class Policy {
  #used = new Set();

  constructor(file) {
    const { expected, required, suppressions } = JSON.parse(readFileSync(file, 'utf8'));
    Object.assign(this, { expected, required, suppressions });
  }

  /** The failures without a suppression. */
  unsuppressed(failures) {
    return failures.filter((failure) => {
      const matching = this.suppressions.filter(
        ({ scanner = 'checkov', checks, object }) =>
          scanner === failure.scanner && checks.includes(failure.check) && new RegExp(object).test(failure.object),
      );
      matching.forEach((suppression) =>
        suppression.checks.includes(failure.check)
          ? this.#used.add(`${this.suppressions.indexOf(suppression)} ${failure.check}`)
          : undefined,
      );
      return matching.length === 0;
    });
  }

  /** Fails unless every kind that the example must have was judged, by every check required of that kind, and all failures are accepted. */
  judge(example, verdicts) {
    const kinds = this.expected[example] ?? [];
    expect(kinds.length > 0, `test/scan/policy.json expects no kinds of ${example}`);
    const faults = kinds.flatMap((kind) => this.#unjudged(kind, verdicts));
    const left = this.unsuppressed(verdicts.filter(({ passed }) => !passed));
    faults.push(...left.map(({ scanner, check, object, name }) => `${scanner} ${check} ${object}: ${name}`));
    expect(
      faults.length === 0,
      `${faults.length} faults of ${example}:\n${faults.map((line) => `  ${line}`).join('\n')}`,
    );
  }

  #unjudged(kind, verdicts) {
    const own = verdicts.filter((verdict) => verdict.kind === kind);
    if (!own.some(({ passed }) => passed)) return [`no check passed on any ${kind}`];
    const objects = [...new Set(own.map(({ object }) => object))];
    return Object.entries(this.required).flatMap(([scanner, byKind]) =>
      (byKind[kind] ?? []).flatMap((check) =>
        objects
          .filter(
            (object) =>
              !own.some(
                (verdict) => verdict.scanner === scanner && verdict.check === check && verdict.object === object,
              ),
          )
          .map((object) => `${scanner} did not judge ${object} by ${check}`),
      ),
    );
  }

  /** Fails unless each suppression has a reason, and each of its checks still fails somewhere. */
  closed() {
    const bare = this.suppressions.filter(({ reason }) => !(reason?.length > 20));
    expect(bare.length === 0, `without a reason: ${JSON.stringify(bare)}`);
    const unused = this.suppressions.flatMap(({ checks, object }, index) =>
      checks.filter((check) => !this.#used.has(`${index} ${check}`)).map((check) => `${check} on ${object}`),
    );
    expect(unused.length === 0, `no longer needed: ${unused.join(', ')}`);
  }
}
