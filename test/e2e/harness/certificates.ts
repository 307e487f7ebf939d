import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import * as https from 'node:https';
import * as path from 'node:path';
import { TLSSocket } from 'node:tls';

/** A certificate as a secret of type `kubernetes.io/tls` has it. */
export interface Certificate {
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
}

/** Certificates of an authority of its own, by openssl. */
export class Certificates {
  /** Path of the authority's certificate. */
  public readonly authority: string;

  public constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.authority = path.join(folder, 'ca.crt');
    this.openssl(['req', '-x509', ...NEW_KEY, 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority']);
  }

  /** Makes one for all names of the tests, and further ones. */
  public make(name: string, subject = '/CN=models.example.com', further: readonly string[] = []): Certificate {
    const [crt, key] = [`${name}.crt`, `${name}.key`];
    const known = ['models.example.com', 'issuer.example.com', 'localhost', ...further];
    const names = `subjectAltName=${known.map((each) => `DNS:${each}`).join(',')}`;
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '2', '-addext', names];
    this.openssl(['req', '-x509', ...NEW_KEY, key, '-out', crt, '-subj', subject, ...signed]);
    const read = (file: string) => readFileSync(path.join(this.folder, file), 'utf8');
    return { 'tls.crt': read(crt), 'tls.key': read(key) };
  }

  /** Asks for the list of models by TLS, trusting this authority alone. */
  public async ask(port: number, key: string): Promise<{ status?: number; protocol: string | null; serial: string }> {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/v1/models',
      servername: 'models.example.com',
      ca: readFileSync(this.authority),
      headers: { authorization: `Bearer ${key}` },
      agent: false as const,
    };
    return new Promise((resolve, reject) => {
      const request = https.get(options, (answer) => {
        const socket = answer.socket as TLSSocket;
        const { serialNumber: serial } = socket.getPeerCertificate();
        answer.resume();
        resolve({ status: answer.statusCode, protocol: socket.getProtocol(), serial });
      });
      request.on('error', reject);
    });
  }

  private openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout'];
