import { App } from 'cdktf';
import { TritonOnnxEnsemble } from './stack';

const app = new App();
new TritonOnnxEnsemble(app);
app.synth();
