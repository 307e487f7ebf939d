import { ModelImport, ModelSource } from '../../lib/jobs';
import { withSite } from '../serving/support/fixtures';

test('the variables of an import come after those that they refer to', () => {
  const json = withSite((site) => {
    new ModelImport(site.scope, 'Import', {
      cluster: site.cluster,
      modelStore: site.store,
      model: 'chat',
      source: ModelSource.volumeClaim('weights'),
      environment: { HTTPS_PROXY: 'http://$(PROXY_HOST):3128', PROXY_HOST: 'proxy' },
      networkPolicy: false,
    });
  });
  const { env } = json.only('kubernetes_job_v1').spec.template.spec.container[0];
  const names = (env as { name: string }[]).map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['PROXY_HOST', 'HTTPS_PROXY']);
});
