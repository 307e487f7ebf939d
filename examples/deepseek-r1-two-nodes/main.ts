import { App } from 'cdktf';
import { DeepSeekR1TwoNodes } from './stack';

const app = new App();
new DeepSeekR1TwoNodes(app);
app.synth();
