import { AddressInfo, Server, Socket, createServer } from 'node:net';
import { TLSSocket, createSecureContext } from 'node:tls';
import { Certificate } from '../certificates';
import { Stoppable } from '../process';

/** A mail as it was taken. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body. */
  readonly text: string;
  /** Whether it came by TLS. */
  readonly secured: boolean;
}

/** What a mail server asks for. */
export interface MailServerProps {
  /** Its certificate; the connection is upgraded by STARTTLS. @default - it knows no TLS */
  readonly certificate?: Certificate;
  /** Who may send, and the password. @default - everybody may */
  readonly login?: { readonly username: string; readonly password: string };
}

/** A mail server on the loopback interface (RFC 5321, STARTTLS of RFC 3207, AUTH PLAIN of RFC 4616), which keeps what it takes. */
export class MailServer implements Stoppable {
  public static async start(props: MailServerProps = {}): Promise<MailServer> {
    const made = new MailServer(props);
    await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  public readonly mails: Mail[] = [];
  /** Sessions that said more than hello. */
  public refusals = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly props: MailServerProps) {
    this.server = createServer((socket) => {
      this.#keep(socket);
      socket.write('220 mail stand-in\r\n');
      this.#serve(socket, false);
    });
  }

  public get address(): string {
    return `localhost:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }

  #serve(socket: Socket, secured: boolean): void {
    const { certificate, login } = this.props;
    const session = { from: '', to: [] as string[], data: undefined as string[] | undefined, known: !login };
    const say = (text: string) => void socket.write(`${text}\r\n`);
    const refuse = (text: string) => {
      this.refusals++;
      say(text);
    };
    const command = (line: string) => {
      const [word, rest = ''] = /^(\S+)\s*(.*)$/.exec(line)?.slice(1) ?? [];
      switch (word?.toUpperCase()) {
        case 'EHLO':
          return say(
            ['localhost', ...(certificate && !secured ? ['STARTTLS'] : []), ...(login && secured ? ['AUTH PLAIN'] : [])]
              .map((part, i, all) => `250${i === all.length - 1 ? ' ' : '-'}${part}`)
              .join('\r\n'),
          );
        case 'STARTTLS': {
          say('220 go ahead');
          socket.off('data', take);
          const { 'tls.crt': cert, 'tls.key': key } = certificate!;
          const upgraded = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) });
          this.#keep(upgraded);
          return this.#serve(upgraded, true);
        }
        case 'AUTH': {
          const [, user, password] = Buffer.from(rest.split(' ')[1] ?? '', 'base64')
            .toString()
            .split('\0');
          session.known = user === login?.username && password === login.password;
          return session.known ? say('235 welcome') : refuse('535 wrong user or password');
        }
        case 'MAIL':
          if (!session.known) return refuse('530 who are you?');
          session.from = /<(.*?)>/.exec(rest)?.[1] ?? '';
          return say('250 ok');
        case 'RCPT':
          session.to.push(/<(.*?)>/.exec(rest)?.[1] ?? '');
          return say('250 ok');
        case 'DATA':
          session.data = [];
          return say('354 go on');
        case 'QUIT':
          say('221 bye');
          return socket.end();
        default:
          return refuse('502 unknown');
      }
    };
    let rest = '';
    const take = (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!session.data) command(line);
        else if (line !== '.') session.data.push(line);
        else {
          this.mails.push({ from: session.from, to: session.to, text: session.data.join('\n'), secured });
          Object.assign(session, { data: undefined, to: [] });
          say('250 taken');
        }
      }
    };
    socket.on('data', take);
  }
}
