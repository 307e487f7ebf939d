import { Stoppable } from './process';

/** Does something about once a second until it is stopped, never twice at a time. */
export class Poller implements Stoppable {
  private readonly timer: NodeJS.Timeout;
  private current: Promise<void> | undefined;

  public constructor(round: () => Promise<void>) {
    this.timer = setInterval(() => {
      if (this.current) return;
      // An object that has just gone, or changed, is met again in the next round.
      this.current = round()
        .catch(() => undefined)
        .then(() => {
          this.current = undefined;
        });
    }, 1000);
  }

  public async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current;
  }
}
