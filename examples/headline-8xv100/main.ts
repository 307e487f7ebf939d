import { App } from 'cdktf';
import { Headline8xV100 } from './stack';

const app = new App();
new Headline8xV100(app);
app.synth();
