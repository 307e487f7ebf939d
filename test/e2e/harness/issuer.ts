import { KeyObject, createSign, generateKeyPairSync } from 'node:crypto';
import * as https from 'node:https';
import { AddressInfo } from 'node:net';
import { Certificates } from './certificates';
import { Stoppable } from './process';

/** Who signs tokens, and serves its public keys by TLS. */
export class Issuer implements Stoppable {
  /**
   * @param certificates where its certificate is from
   * @param claims what all its tokens say
   */
  public static async start(certificates: Certificates, claims: { iss: string; aud: string }): Promise<Issuer> {
    const { 'tls.crt': cert, 'tls.key': key } = certificates.make('issuer');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }];
    const server = https.createServer({ cert, key }, (_, answer) => answer.end(JSON.stringify({ keys })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Issuer(server, privateKey, claims);
  }

  private constructor(
    private readonly server: https.Server,
    private readonly key: KeyObject,
    private readonly claims: { iss: string; aud: string },
  ) {}

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A token of a caller, with other claims where given. */
  public token(claims: { [claim: string]: string | number }): string {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'RS256', kid: 'one' })}.${part({ ...this.claims, sub: 'alice', exp, ...claims })}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(this.key, 'base64url')}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
