import { App } from 'cdktf';
import { Cloud65b } from './stack';

const app = new App();
new Cloud65b(app);
app.synth();
