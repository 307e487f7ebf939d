import { App } from 'cdktf';
import { OpenAiVllm } from './stack';

const app = new App();
new OpenAiVllm(app);
app.synth();
