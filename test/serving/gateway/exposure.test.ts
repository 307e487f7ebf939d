import { GatewayExposure, GatewayTls, LoadBalancerController } from '../../../lib/serving';
import { InferenceGatewayProps } from '../../../lib/serving/gateway/inference-gateway-props';
import { idsOf, faultsThrown, warningsOf } from '../../support/faults';
import { Block } from '../../support/synth';
import { unescapeTemplate } from '../../support/template';
import { Door, doorPod, openDoor, policy, withMore } from '../support/gateway-fixtures';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer';
const NLB = { [`${AWS}-scheme`]: 'internet-facing', [`${AWS}-nlb-target-type`]: 'instance' };
const tls = GatewayTls.secret('door-certificate');
const EVERYBODY = [{ ip_block: { cidr: '0.0.0.0/0' } }, { ip_block: { cidr: '::/0' } }];

/** A public gateway on EKS. */
const onEks =
  (more: Partial<InferenceGatewayProps>): Door =>
  (site) => {
    Object.assign(site.cluster, {
      connection: { eksClusterName: 'test', host: 'https://x', certificateAuthorityData: 'eA==' },
    });
    return withMore({ tls, exposure: GatewayExposure.public(), ...more })(site);
  };

/** The Service of a gateway, and whom its network policy lets in beside its namespace. */
function opened(door: Door): { service: Block; from: Block[] } {
  const { json } = openDoor(door);
  const { ingress } = policy(json, 'door');
  return { service: json.byName('kubernetes_service_v1', 'door'), from: (ingress as Block[])[1].from as Block[] };
}

describe('exposure', () => {
  test('is internal by default', () => {
    expect(openDoor().json.byName('kubernetes_service_v1', 'door').spec).toMatchObject({
      type: 'ClusterIP',
      port: [{ name: 'http', port: 80, target_port: 'requests' }],
    });
  });

  test('to the public is by TLS, as the cluster makes it, from all addresses', () => {
    const { json, gateway } = openDoor(withMore({ tls, exposure: GatewayExposure.public() }));
    const { metadata, spec } = json.byName('kubernetes_service_v1', 'door');
    expect(spec).toMatchObject({ type: 'LoadBalancer', port: [{ name: 'https', port: 443 }] });
    expect([metadata.annotations, spec.load_balancer_class, spec.external_traffic_policy]).toEqual([]);
    expect(gateway.endpoint).toBe('https://door.inference.svc/v1');
    expect((doorPod(json).volume as Block[]).find(({ name }) => name === 'certificate')?.secret.secret_name).toBe(
      'door-certificate',
    );
    expect(policy(json, 'door').ingress[1].from).toEqual(EVERYBODY);
  });

  test('to some addresses is the same for the load balancer and the network policy, which sees them', () => {
    const sourceRanges = ['203.0.113.0/24', '198.51.100.7/32'];
    const exposure = GatewayExposure.public({ sourceRanges });
    for (const door of [withMore({ tls, exposure }), onEks({ exposure })]) {
      const { service, from } = opened(door);
      expect(service.spec).toMatchObject({
        load_balancer_source_ranges: sourceRanges,
        external_traffic_policy: 'Local',
      });
      expect(from).toEqual(sourceRanges.map((cidr) => ({ ip_block: { cidr } })));
    }
  });

  test('on EKS is a Network Load Balancer whose targets are the nodes of the gateway', () => {
    const { service, from } = opened(onEks({}));
    expect(service.metadata.annotations).toEqual(NLB);
    expect(service.spec).toMatchObject({
      load_balancer_class: 'service.k8s.aws/nlb',
      external_traffic_policy: 'Local',
    });
    expect(from).toEqual(EVERYBODY);
  });

  test('is by another controller, and with other annotations, where that is said', () => {
    const by = (controller: LoadBalancerController, annotations?: { [key: string]: string }) => {
      const { spec, metadata } = opened(
        onEks({ exposure: GatewayExposure.public({ controller, annotations }) }),
      ).service;
      return [spec.load_balancer_class, metadata.annotations];
    };
    expect(by(LoadBalancerController.EKS_AUTO_MODE)).toEqual(['eks.amazonaws.com/nlb', NLB]);
    expect(by(LoadBalancerController.CLUSTER_DEFAULT)).toEqual([undefined, undefined]);
    const own = { [`${AWS}-scheme`]: 'internal', team: 'ml' };
    expect(by(LoadBalancerController.AWS, own)).toEqual(['service.k8s.aws/nlb', { ...NLB, ...own }]);
    expect(by(LoadBalancerController.ofClass('io.cilium/bgp-control-plane'), { team: 'ml' })).toEqual([
      'io.cilium/bgp-control-plane',
      { team: 'ml' },
    ]);
  });

  test('warns of a Classic Load Balancer, which nobody asked for in so many words', () => {
    const warned = (controller?: LoadBalancerController, annotations?: { [key: string]: string }) =>
      idsOf(warningsOf(openDoor(onEks({ exposure: GatewayExposure.public({ controller, annotations }) })).gateway));
    const classic = LoadBalancerController.CLUSTER_DEFAULT;
    expect(warned(classic)).toContain('CLASSIC_LOAD_BALANCER');
    expect(warned(classic, { [`${AWS}-type`]: 'external' })).not.toContain('CLASSIC_LOAD_BALANCER');
    expect(warned(LoadBalancerController.AWS)).not.toContain('CLASSIC_LOAD_BALANCER');
    expect(warned()).not.toContain('CLASSIC_LOAD_BALANCER');
  });

  test('takes new connections until the load balancer sends no more', () => {
    const leave = (door: Door) => {
      const [{ lifecycle }] = doorPod(openDoor(door).json).container as Block[];
      return (lifecycle.pre_stop[0].exec.command as string[]).slice(2);
    };
    expect(leave(withMore({}))).toEqual(['60', '5']);
    expect(leave(onEks({}))).toEqual(['60', '30']);
  });

  test.each<[string, Door, string[]]>([
    [
      'a class that is none',
      withMore({ tls, exposure: GatewayExposure.public({ controller: LoadBalancerController.ofClass('a b') }) }),
      ['INVALID_FORMAT exposure.loadBalancer.controller.loadBalancerClass'],
    ],
    [
      'an annotation that is none',
      withMore({ tls, exposure: GatewayExposure.public({ annotations: { 'a b': 'x' } }) }),
      ["INVALID_FORMAT exposure.loadBalancer.annotations['a b']"],
    ],
    [
      'addresses that the load balancer would not have',
      onEks({ exposure: GatewayExposure.public({ sourceRanges: ['2001:db8::/32'] }) }),
      ['INVALID_FORMAT exposure.loadBalancer.sourceRanges[0]'],
    ],
  ])('refuses %s', (_, door, ids) => {
    expect(idsOf(faultsThrown(() => openDoor(door)))).toEqual(ids);
  });

  test('takes addresses of both kinds where the load balancer has both', () => {
    const annotations = { [`${AWS}-ip-address-type`]: 'dualstack' };
    const { from } = opened(
      onEks({ exposure: GatewayExposure.public({ sourceRanges: ['2001:db8::/32'], annotations }) }),
    );
    expect(from).toEqual([{ ip_block: { cidr: '2001:db8::/32' } }]);
  });
});

describe('a certificate', () => {
  test('is one of cert-manager', () => {
    const tls = GatewayTls.certificate({ dnsNames: ['models.example.com'], issuer: 'letsencrypt' });
    const { json } = openDoor(withMore({ tls }));
    const { values } = json.byName('helm_release', 'door-certificate');
    expect(JSON.parse(unescapeTemplate(values[0] as string)).resources).toMatchObject([
      {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { name: 'door', namespace: 'inference' },
        spec: {
          secretName: 'door-tls',
          dnsNames: ['models.example.com'],
          issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt' },
        },
      },
    ]);
    expect((doorPod(json).volume as Block[]).find(({ name }) => name === 'certificate')?.secret.secret_name).toBe(
      'door-tls',
    );
  });

  test('of other names than the endpoint is warned of, where nobody comes from outside', () => {
    const warned = (dnsNames: string[], more: Partial<InferenceGatewayProps> = {}) => {
      const { site } = openDoor(withMore({ tls: GatewayTls.certificate({ dnsNames, issuer: 'own' }), ...more }));
      return idsOf(warningsOf(site.scope)).filter((id) => id === 'ENDPOINT_NOT_IN_CERTIFICATE');
    };
    const found = ['ENDPOINT_NOT_IN_CERTIFICATE'];
    expect(warned(['models.example.com'])).toEqual(found);
    expect(warned(['*.svc'])).toEqual(found);
    expect(warned(['models.example.com', 'door.inference.svc'])).toEqual([]);
    expect(warned(['*.inference.svc'])).toEqual([]);
    expect(warned(['models.example.com'], { exposure: GatewayExposure.public() })).toEqual([]);
  });
});
