import { App } from 'cdktf';
import { Quickstart } from './stack';

const app = new App();
new Quickstart(app);
app.synth();
