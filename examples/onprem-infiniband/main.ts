import { App } from 'cdktf';
import { OnpremInfiniband } from './stack';

const app = new App();
new OnpremInfiniband(app);
app.synth();
