import { App } from 'cdktf';
import { KServe65b } from './stack';

const app = new App();
new KServe65b(app);
app.synth();
