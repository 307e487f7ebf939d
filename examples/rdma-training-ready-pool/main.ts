import { App } from 'cdktf';
import { RdmaTrainingReadyPool } from './stack';

const app = new App();
new RdmaTrainingReadyPool(app, {
  // What `aws ec2 describe-capacity-reservations` says of the block that you bought.
  block: {
    reservationId: 'cr-02168da1478b509e0',
    availabilityZone: 'us-west-2b',
    start: '2027-01-11T11:30:00Z',
    end: '2027-01-25T11:30:00Z',
    instances: 4,
    alarmTopicArn: 'arn:aws:sns:us-west-2:123456789012:gpu-capacity',
  },
  image: 'nvcr.io/nvidia/pytorch:25.10-py3',
});
app.synth();
