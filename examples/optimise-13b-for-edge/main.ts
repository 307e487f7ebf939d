import { App } from 'cdktf';
import { Optimise13bForEdge } from './stack';

const app = new App();
new Optimise13bForEdge(app);
app.synth();
