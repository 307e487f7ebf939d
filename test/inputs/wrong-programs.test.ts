import { UnscopedValidationError, ValidationError } from '../../lib';
import { typedNames } from '../../lib/units/struct-faults';
import { testStack } from '../support/synth';
import { beginProgram, leftInTree, watchPrograms } from './half-made';
import { publicKinds } from './public-kinds';
import { Given } from './string-programs-compute';
import { structProgram } from './struct-programs';

watchPrograms();

/** What the library returns, what classes of users say, and topologies, whose parts have structs of their own and which take long. */
const EXCLUDED =
  /^(MemoryPerGpu|MetricLabelChange|IndicatorQuery|Fault|Alternative|TrainingAlternative|TrainingMemory|MonitoringRule|ClusterConnection|FabricAttachment|FabricBinding|SecondaryNetworkResource|NodeSubnet|PlanFigure|OutageFigure|PowerSetting|EdgeServer|ReleaseAdvisory|StackAnnotation|PipelineOutput|FleetSite|OutageEvent|GitOpsSecret|HybridTopologyProps|HybridSite|CloudTopologyProps|EdgeTopologyProps|Topology\w+|ServedModel|LanguageModelOptions)$/;

const STRUCTS = Object.entries(publicKinds().structs)
  .filter(([struct]) => !EXCLUDED.test(struct))
  .map(([struct, row]) => [struct, typedNames(row).filter(({ type }) => !/^(any|unknown)$/.test(type))] as const);

/** What is wrong with how a program is refused that sets a property to something of another kind; nothing if all is right. */
function complaint(struct: string, given: Given, name: string): string[] {
  const said = (what: string) => [`${name}: ${what}`];
  beginProgram();
  try {
    structProgram(struct)?.(given)(testStack());
    return said('accepted');
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) return said(String(error));
    const { faults, constructPath } = error as ValidationError;
    const left = leftInTree(constructPath);
    if (left.length > 0) return said(`left ${left.join(', ')}`);
    const others = faults.filter(({ property = '' }) => !property.split(/[.[\]']+/).includes(name));
    return others.length === 0 ? [] : said(others.map(({ reason }) => reason).join('; '));
  }
}

describe('a program that sets one property to another kind is refused for that property alone, and leaves nothing half-made', () => {
  test.each(STRUCTS)('%s', (struct, properties) => {
    expect(structProgram(struct)).toBeDefined();
    const found = properties.flatMap(({ name }) => complaint(struct, { [name]: Symbol('x') }, name));
    expect(found).toEqual([]);
  });
});
