import { App } from 'cdktf';
import { Multinode70bFp16 } from './stack';

const app = new App();
new Multinode70bFp16(app);
app.synth();
