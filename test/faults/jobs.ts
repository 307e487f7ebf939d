import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { IModelStore } from '../../lib/core';
import { ModelFile, ModelImport, ModelImportProps, ModelSource } from '../../lib/jobs';
import { sourceFaults, sourceWarnings } from '../../lib/jobs/source-faults';
import { DataSize } from '../../lib/units';
import { validationFaults } from '../../lib/core/validation';
import { GpuInstanceType } from '../../lib/catalog';
import { TritonDeployment, TritonModel } from '../../lib/serving';
import { ModelStore } from '../../lib/storage';
import { deploy, onnxProps, withSite } from '../serving/support/fixtures';
import { warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const ofUrls = (...files: ModelFile[]) => sourceFaults(ModelSource.urls(files));
const AUTHORIZATION = { name: 'hub', key: 'authorization' };

function imported(props: Partial<ModelImportProps>) {
  let made: ModelImport | undefined;
  withSite((site) => {
    made = new ModelImport(site.scope, 'Import', {
      cluster: site.cluster,
      modelStore: site.store,
      model: 'chat',
      source: ModelSource.urls([{ url: 'https://a/b' }]),
      ...props,
    });
  });
  return warningsOf(made!);
}

/** A deployment of a model from a store, in a program that imports nothing. */
function servedFrom(make: (scope: Construct) => IModelStore): TritonDeployment {
  let served: TritonDeployment | undefined;
  withSite((site) => {
    const { scope, cluster } = site;
    const nodePool = site.pool(GpuInstanceType.G5_XLARGE, 2);
    const models = [TritonModel.onnxRuntime({ ...onnxProps, name: 'chat' })];
    served = new TritonDeployment(scope, 'Chat', { cluster, nodePool, models, modelStore: make(scope), maxSurge: 0 });
  });
  return served!;
}

export const TEXTS: FaultText[] = [
  {
    id: 'UNENCRYPTED_WITHOUT_CHECKSUM',
    property: 'source.files[0].url',
    text: "source.files[0].url 'http://a/b' is not encrypted, so what arrives may be anything; give the file's sha256, or use https",
    faults: () => ofUrls({ url: 'http://a/b' }),
  },
  {
    id: 'SECRET_IN_URL',
    property: 'source.files[0].url',
    text:
      'source.files[0].url must not hold a secret, which would be in the state of Terraform and in the cluster; got a user name or password; ' +
      "name a Kubernetes secret instead: ModelSource.urls(files, { name: 'source', key: 'authorization' }), or ModelSource.huggingFace " +
      'with token',
    faults: () => ofUrls({ url: 'https://user:hf_token@huggingface.co/a/b/resolve/main/c' }),
  },
  {
    id: 'GATED_WITHOUT_TOKEN',
    property: 'source.token',
    text:
      'meta-llama/Llama-3.1-8B gives its files only to who has accepted its license: accept it at https://huggingface.co/meta-llama/Llama-3.1-8B, put a ' +
      "token of the account that did into a secret, and name that: token: { name: 'hugging-face', key: 'token' }",
    faults: () => sourceFaults(ModelSource.huggingFace({ repository: 'meta-llama/Llama-3.1-8B', revision: 'main' })),
  },
  {
    id: 'LICENSE_NOT_ACCEPTED',
    property: 'source.acceptedLicense',
    text:
      "meta-llama/Llama-3.1-8B is licensed by 'llama3.1': read it at https://huggingface.co/meta-llama/Llama-3.1-8B, and name it once it is accepted: " +
      "acceptedLicense: 'llama3.1'",
    faults: () => sourceFaults(ModelSource.huggingFace({ repository: 'meta-llama/Llama-3.1-8B', revision: 'main' })),
  },
  {
    id: 'LICENSE_NOT_ACCEPTED',
    property: 'source.acceptedLicense',
    text:
      "meta-llama/Llama-3.1-8B is licensed by 'llama3.1', but acceptedLicense is 'apache-2.0'; read it, and name it once it is accepted: " +
      'https://huggingface.co/meta-llama/Llama-3.1-8B',
    faults: () =>
      sourceFaults(
        ModelSource.huggingFace({
          repository: 'meta-llama/Llama-3.1-8B',
          revision: 'main',
          acceptedLicense: 'apache-2.0',
        }),
      ),
  },
  {
    id: 'MODEL_NOT_IMPORTED',
    text:
      "'second/1' is served, but no import of this program fills it, so that its pods wait for weights until somebody puts them there; imported into this " +
      "store: 'chat/1'; add a ModelImport of that name and version, or accept the warning where it is filled by hand",
    faults: () => {
      let other: TritonDeployment | undefined;
      withSite((site) => {
        const { scope, cluster, store: modelStore } = site;
        const source = ModelSource.urls([{ url: 'https://a/b' }]);
        new ModelImport(scope, 'Import', { cluster, modelStore, model: 'chat', source });
        const models = ['chat', 'second'].map((name) => TritonModel.onnxRuntime({ ...onnxProps, name }));
        const nodePool = site.pool(GpuInstanceType.G5_XLARGE, 2);
        [, other] = models.map((model) => {
          return new TritonDeployment(scope, model._definition.name, {
            cluster,
            nodePool,
            modelStore,
            models: [model],
            maxSurge: 0,
          });
        });
      });
      return warningsOf(other!);
    },
  },
  {
    id: 'MODEL_NOT_IMPORTED',
    text:
      "'chat/1' is served, but no import of this program fills it, so that its pods wait for weights until somebody puts them there; store 'test/Made' is made " +
      'by this program, which lets nothing write to it; add a ModelImport of that name and version, or accept the warning where it is filled by hand',
    faults: () => warningsOf(servedFrom((scope) => new ModelStore(scope, 'Made'))),
  },
  {
    id: 'NOTHING_TO_IMPORT',
    property: 'source.ignore',
    text: "source.ignore ('*') leaves out what source.allow takes ('*.json'), so that nothing would be imported; leave out less",
    faults: () => sourceFaults(ModelSource.volumeClaim('a', undefined, { allow: ['*.json'], ignore: ['*'] })),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'source.folder',
    text:
      "source.folder must be a path relative to the volume, without '.', '..', double slashes and slashes at its ends; got './models//llama/'; write " +
      "'models/llama'",
    faults: () => sourceFaults(ModelSource.volumeClaim('a', './models//llama/')),
  },
  {
    id: 'URL_OF_A_PAGE',
    property: 'source.files[0].url',
    text:
      "source.files[0].url 'https://huggingface.co/a/b/blob/main/c.json' is a page about a file, not the file; download " +
      "'https://huggingface.co/a/b/resolve/main/c.json'",
    faults: () => ofUrls({ url: 'https://huggingface.co/a/b/blob/main/c.json' }),
  },
  {
    id: 'PATH_WITHIN_FILE',
    property: 'source.files[1].path',
    text: "source.files has 'a' and 'a/c', but a file cannot be a folder too; give one of them another path",
    faults: () => ofUrls({ url: 'https://x/a' }, { url: 'https://x/c', path: 'a/c' }),
  },
  {
    id: 'SECRET_FOR_SEVERAL_HOSTS',
    property: 'source.authorization',
    text: 'source.authorization would be sent to https://a and https://b; import the files of each host by an import of its own, or leave it out',
    faults: () => sourceFaults(ModelSource.urls([{ url: 'https://a/x' }, { url: 'https://b/y' }], AUTHORIZATION)),
  },
  {
    id: 'UNENCRYPTED_SECRET',
    property: 'source.authorization',
    text: 'source.authorization would be sent to http://a in plain text; use https',
    faults: () => sourceFaults(ModelSource.urls([{ url: 'http://a/x', sha256: 'a'.repeat(64) }], AUTHORIZATION)),
  },
  {
    id: 'MOVING_REVISION',
    property: 'source.revision',
    text:
      "the revision 'main' of meta-llama/Llama-3.1-8B is a branch or tag, so what is imported depends on the day; give the commit that its " +
      "page 'Files and versions' shows",
    faults: () => sourceWarnings(ModelSource.huggingFace({ repository: 'meta-llama/Llama-3.1-8B', revision: 'main' })),
  },
  {
    id: 'DISK_LARGER_THAN_NODES',
    text:
      'the pod asks for 43008 MiB of local disk, but a node with 20 GiB, the default of EKS, has about 17408 MiB for pods, so that it may ' +
      'never run; lower largestFile, or name nodes with more by nodeSelector',
    faults: () => imported({ largestFile: DataSize.gib(40) }),
  },
  {
    id: 'IMPORT_NOT_AWAITED',
    text:
      "'chat/1' is imported by 'imports/Import' in stack 'imports', which stack 'test' does not depend on, so the pods that serve may be replaced by " +
      'new ones that wait for weights; make the stack of the server depend on it by addDependency, or put both in one stack',
    faults: () => {
      const { deployment, site } = deploy({ maxSurge: 0 });
      new ModelImport(new TerraformStack(site.scope.node.root, 'imports'), 'Import', {
        cluster: site.cluster,
        modelStore: site.store,
        model: 'chat',
        source: ModelSource.urls([{ url: 'https://a/b' }]),
      });
      validationFaults(deployment);
      return warningsOf(deployment);
    },
  },
  {
    id: 'IMPORT_NOT_SERVED',
    text:
      "nothing in this program serves 'chatt/1', the model and version that are imported; served from this store: 'chat/1'; give both the " +
      'same name and version',
    faults: () => {
      const { site } = deploy();
      const stack = new TerraformStack(new App(), 'imports');
      const made = new ModelImport(stack, 'Import', {
        cluster: site.cluster,
        modelStore: site.store,
        model: 'chatt',
        source: ModelSource.urls([{ url: 'https://a/b' }]),
      });
      validationFaults(made);
      return warningsOf(made);
    },
  },
];
