import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { FraudHybrid } from './stack';

const app = new App();
new FraudHybrid(app, { releaseKey: readFileSync(join(__dirname, 'release.pub'), 'utf8') });
app.synth();
