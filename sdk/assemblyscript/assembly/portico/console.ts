import { Level, log as write } from "./log";

/** In place of AssemblyScript's own, by `--use console=~lib/portico/console/console`: lines of the gateway's log. */
export namespace console {
  export function debug(message: string = ""): void {
    write(Level.Debug, message);
  }

  export function log(message: string = ""): void {
    write(Level.Info, message);
  }

  export function info(message: string = ""): void {
    write(Level.Info, message);
  }

  export function warn(message: string = ""): void {
    write(Level.Warn, message);
  }

  export function error(message: string = ""): void {
    write(Level.Error, message);
  }
}
