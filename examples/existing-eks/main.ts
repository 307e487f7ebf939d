import { App } from 'cdktf';
import { ExistingEks } from './stack';

const app = new App();
new ExistingEks(app);
app.synth();
