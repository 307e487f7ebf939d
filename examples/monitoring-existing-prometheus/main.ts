import { App } from 'cdktf';
import { MonitoringExistingPrometheus } from './stack';

const app = new App();
new MonitoringExistingPrometheus(app);
app.synth();
