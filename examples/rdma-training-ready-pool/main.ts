import { readFileSync } from 'fs';
import * as path from 'path';
import { App } from 'cdktf';
import { CapacityBlock } from 'gpu-inference-constructs';
import { RdmaTrainingReadyPool } from './stack';

/** What AWS says of the block that was bought: see the README. The file of this example is of a block that nobody has. */
const block = JSON.parse(readFileSync(path.join(__dirname, 'block.json'), 'utf8')) as CapacityBlock;

const app = new App();
new RdmaTrainingReadyPool(app, {
  block: { ...block, alarmTopicArn: 'arn:aws:sns:us-west-2:123456789012:gpu-capacity' },
  image: 'nvcr.io/nvidia/pytorch:25.10-py3',
});
app.synth();
