/** The server of one folder: its process, the client that speaks with it, and what the editor shows of both. */

import * as readline from "node:readline";
import type { Readable } from "node:stream";

import * as vscode from "vscode";
import {
  CloseAction,
  type ErrorHandler,
  LanguageClient,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";

import { initializationOptions, SERVER, type Told } from "./command";
import { Status } from "./status";

/** A server, from its start to its end. It is started once; another one takes its place. */
export class Running {
  private readonly client: Client;
  private readonly status: Status;
  private readonly listener: vscode.Disposable;
  private unwanted = false;
  /** What the process said last on its standard error. */
  private words = "";

  constructor(
    private readonly folder: vscode.WorkspaceFolder,
    private readonly command: string,
    told: Told,
    output: vscode.LogOutputChannel,
  ) {
    this.status = new Status(folder);
    this.client = new Client(
      "llmlint",
      `llmlint (${folder.name})`,
      { command, args: SERVER, options: { cwd: folder.uri.fsPath } },
      {
        // Files only: notebooks' cells have a scheme of their own, and what was never saved has no project. Relative, for a folder's name
        // may hold what means something in a pattern.
        documentSelector: [
          { scheme: "file", language: "python", pattern: { baseUri: folder.uri.toString(), pattern: "**/*" } },
        ],
        workspaceFolder: folder,
        outputChannel: output,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: initializationOptions(told),
        initializationFailedHandler: () => false,
        errorHandler: this.errorHandler(),
        stdioOptions: {
          stdout: (input) => lines(input, (line) => output.info(line)),
          stderr: (input) => lines(input, (line) => this.said(line, output)),
        },
      },
    );
    this.listener = this.client.onDidChangeState(({ newState }) => this.changed(newState));
  }

  /**
   * Starts it.
   *
   * @throws Error where it does not begin to speak; with the process's own words, if it had any, and for the user.
   */
  async start(): Promise<void> {
    try {
      await this.client.start();
      this.client.answered = true;
    } catch (error) {
      this.client.serverProcess?.kill();
      // The process ends before its last words are read.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const why = this.words || (error instanceof Error ? error.message : String(error));
      this.status.broken("llmlint did not start", why);
      if (!this.unwanted) {
        throw new Error(`llmlint did not start in ${this.folder.name}: ${why} (${this.command})`);
      }
    }
  }

  /** Ends a process that has not answered yet, however long it would take: it cannot be asked to go. */
  giveUp(): void {
    this.unwanted = true;
    if (!this.client.answered) {
      this.client.serverProcess?.kill();
    }
  }

  /** Ends it, and takes away what is shown of it. */
  async stop(): Promise<void> {
    this.unwanted = true;
    this.listener.dispose();
    this.status.dispose();
    await this.client.dispose();
  }

  private said(line: string, output: vscode.LogOutputChannel): void {
    output.error(line);
    this.words = line.trim() || this.words;
  }

  private changed(state: State): void {
    if (state === State.Running) {
      this.status.running(this.client.initializeResult?.serverInfo?.version ?? "", this.command);
    } else if (state === State.Starting) {
      this.status.starting(this.command);
    } else {
      this.status.broken("llmlint has stopped", this.words || this.command);
    }
  }

  private errorHandler(): ErrorHandler {
    let usual: ErrorHandler | undefined;
    const asUsual = () => (usual ??= this.client.createDefaultErrorHandler());
    return {
      error: (error, message, count) => asUsual().error(error, message, count),
      closed: () => (this.client.answered ? asUsual().closed() : { action: CloseAction.DoNotRestart }),
    };
  }
}

class Client extends LanguageClient {
  /** Whether the server has answered yet: one that never did is not started again and again. */
  answered = false;

  /** Says that something went wrong; until the server has answered in the output only, for who starts it says so once. */
  override error(message: string, data?: unknown, show?: boolean | "force"): void {
    super.error(message, data, this.answered ? show : false);
  }

  /** Registers what the client can do, but no commands: with several folders each would, and the editor takes a name once. */
  override registerFeature(feature: Parameters<LanguageClient["registerFeature"]>[0]): void {
    const method = "registrationType" in feature ? feature.registrationType.method : "";
    if (method !== "workspace/executeCommand") {
      super.registerFeature(feature);
    }
  }
}

function lines(input: Readable, take: (line: string) => void): void {
  readline.createInterface({ input, crlfDelay: Infinity, terminal: false, historySize: 0 }).on("line", take);
}
