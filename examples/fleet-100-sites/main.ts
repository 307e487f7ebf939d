import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { FleetOfSites } from './stack';

const app = new App();
// Another table of the same form may be named, e.g. of the sites that are to be tried first.
new FleetOfSites(app, readFileSync(process.env.SITES ?? join(__dirname, 'sites.csv'), 'utf8'));
app.synth();
