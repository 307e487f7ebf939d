import * as path from 'path';
import { nodesPoints, nodesTable } from './planner/nodes';
import { judge } from './planner/judged';
import { judgedBreaks, judgedGroups, judgedTable } from './planner/judged-report';
import { readPoints } from './planner/points';
import { isPrediction, predict } from './planner/predict';
import { exclusionTable, failureTable, groupTable, rowsTable, splitTable } from './planner/report';
import { speedTable } from './planner/speed';

/**
 * Judges the planner on published measurements: `npm run bench:planner -- [--points FILE] [--rows]`.
 */
function main(argv: string[]): void {
  const file = argv.includes('--points')
    ? path.resolve(argv[argv.indexOf('--points') + 1] ?? '')
    : path.join(__dirname, 'planner', 'points.csv');
  const outcomes = readPoints(file).map(predict);
  const predictions = outcomes.filter(isPrediction);
  const judged = judge();
  const lines = [
    `${outcomes.length} points, ${predictions.length} judged, ${outcomes.length - predictions.length} excluded`,
    '',
    groupTable('All points', predictions),
    groupTable(
      'Points the constants were not fitted on',
      predictions.filter((p) => p.point.split === 'judge'),
    ),
    nodesTable(nodesPoints()),
    failureTable(predictions),
    judgedTable(judged),
    judgedGroups(judged),
    judgedBreaks(judged),
    splitTable(predictions),
    exclusionTable(outcomes.flatMap((outcome) => (isPrediction(outcome) ? [] : [outcome]))),
  ];
  if (argv.includes('--rows')) lines.push(rowsTable(predictions));
  if (!argv.includes('--no-speed')) lines.push(speedTable());
  process.stdout.write(`${lines.join('\n')}\n`);
}

main(process.argv.slice(2));
