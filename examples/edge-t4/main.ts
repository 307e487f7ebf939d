import { App } from 'cdktf';
import { EdgeT4 } from './stack';

const app = new App();
new EdgeT4(app);
app.synth();
