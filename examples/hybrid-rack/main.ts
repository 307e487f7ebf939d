import { readFileSync } from 'fs';
import * as path from 'path';
import { App } from 'cdktf';
import { HybridRack } from './stack';

/** The authority that issues the certificates of the servers: see the README. The file of this example is of an authority whose key nobody has. */
const certificateAuthority = readFileSync(path.join(__dirname, 'site-ca.pem'), 'utf8');

const app = new App();
new HybridRack(app, { certificateAuthority });
app.synth();
