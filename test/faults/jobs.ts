import { ModelSource, sourceFaults } from '../../lib/jobs/model-source';
import { FaultText } from './fault-text';

export const TEXTS: FaultText[] = [
  {
    id: 'UNENCRYPTED_WITHOUT_CHECKSUM',
    property: 'source.files[0].url',
    text: "source.files[0].url 'http://a/b' is not encrypted, so what arrives may be anything; give the file's sha256, or use https",
    faults: () => sourceFaults(ModelSource.urls([{ url: 'http://a/b' }])),
  },
];
