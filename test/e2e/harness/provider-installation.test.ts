import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { bestOnDisk, cliConfiguration, providersFor } from './provider-installation';
import { ProviderOnDisk } from './tools';

const AWS: ProviderOnDisk = { source: 'hashicorp/aws', version: '5.100.0', mirror: '/opt/plugins' };
const HELM: ProviderOnDisk = { source: 'hashicorp/helm', version: '3.1.1', mirror: '/srv/mirror' };

test('providers come from disk, each from its mirror, and others from the registry', () => {
  expect(cliConfiguration([AWS, HELM])).toBe(
    [
      'disable_checkpoint = true',
      'provider_installation {',
      '  filesystem_mirror {',
      '    path    = "/opt/plugins"',
      '    include = ["registry.terraform.io/hashicorp/aws"]',
      '  }',
      '  filesystem_mirror {',
      '    path    = "/srv/mirror"',
      '    include = ["registry.terraform.io/hashicorp/helm"]',
      '  }',
      '  direct {',
      '    exclude = ["registry.terraform.io/hashicorp/aws","registry.terraform.io/hashicorp/helm"]',
      '  }',
      '}',
      '',
    ].join('\n'),
  );
  expect(cliConfiguration([])).toContain('direct {}');
});

test('OpenTofu asks its own registry for a source without a host', () => {
  const text = cliConfiguration([AWS], 'OpenTofu');
  expect(text).toContain('include = ["registry.opentofu.org/hashicorp/aws"]');
  expect(text).not.toContain('registry.terraform.io');
});

test('OpenTofu finds the providers of several mirrors below the name of its registry', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mirrors-'));
  try {
    const onDisk = (mirror: string, source: string, version: string): ProviderOnDisk => {
      mkdirSync(path.join(folder, mirror, 'registry.terraform.io', source, version, 'linux_amd64'), {
        recursive: true,
      });
      return { source, version, mirror: path.join(folder, mirror) };
    };
    const found = [
      onDisk('one', 'hashicorp/aws', '5.100.0'),
      onDisk('two', 'hashicorp/aws', '6.25.0'),
      onDisk('two', 'hashicorp/helm', '3.1.1'),
    ];
    expect(providersFor('Terraform', found, path.join(folder, 'links'))).toBe(found);
    const links = path.join(folder, 'links');
    expect(providersFor('OpenTofu', found, links)).toEqual(found.map((it) => ({ ...it, mirror: links })));
    const aws = path.join(links, 'registry.opentofu.org', 'hashicorp', 'aws');
    expect(readdirSync(aws).sort()).toEqual(['5.100.0', '6.25.0']);
    const platform = path.join('hashicorp', 'aws', '5.100.0', 'linux_amd64');
    const first = path.join(folder, 'one', 'registry.terraform.io', platform);
    expect(realpathSync(path.join(links, 'registry.opentofu.org', platform))).toBe(realpathSync(first));
    // A second start finds what the first made.
    expect(providersFor('OpenTofu', found, links)).toHaveLength(3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the version asked for is taken where it is there, else the newest', () => {
  const later = { ...AWS, version: '5.99.0' };
  expect(bestOnDisk([later, AWS], 'hashicorp/aws', '5.99.0')).toBe('5.99.0');
  expect(bestOnDisk([AWS, later], 'hashicorp/aws', '6.25.0')).toBe('5.100.0');
  expect(bestOnDisk([AWS], 'hashicorp/helm')).toBeUndefined();
});
