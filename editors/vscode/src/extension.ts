/** One server a folder of the workspace, each the llmlint of its own project. */

import * as vscode from "vscode";

import { findLlmlint, named, NotFound } from "./finder";
import { Running } from "./running";
import { Status } from "./status";

/** The command that the server's actions name. Registered once, here: every client would register it again. */
const OPEN = "llmlint.open";

let running: Running[] = [];
let missing: Status[] = [];

let output: vscode.LogOutputChannel;
let work: Promise<void> = Promise.resolve();
let asked = 0;

export function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("llmlint", { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("llmlint.restart", () => soon(restart)),
    vscode.commands.registerCommand("llmlint.output", () => output.show()),
    vscode.commands.registerCommand(OPEN, open),
    vscode.workspace.onDidChangeWorkspaceFolders(() => soon(restart)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const ours = ["path", "python", "config", "tools"];
      if (ours.some((name) => event.affectsConfiguration(`llmlint.${name}`))) {
        void soon(restart);
      }
    }),
  );
  return soon(restart);
}

export function deactivate(): Promise<void> {
  return soon(stop);
}

/** One thing after the other: a server that is starting cannot be stopped, so it is given up. */
function soon(what: (turn: number) => Promise<void>): Promise<void> {
  const turn = (asked += 1);
  for (const one of running) {
    one.giveUp();
  }
  const act = () => what(turn);
  work = work.then(act, act);
  return work;
}

async function stop(): Promise<void> {
  const [servers, shown] = [running, missing];
  running = [];
  missing = [];
  for (const one of shown) {
    one.dispose();
  }
  await Promise.allSettled(servers.map((one) => one.stop()));
}

async function restart(turn: number): Promise<void> {
  await stop();
  if (turn !== asked) {
    return; // what was asked for since starts them, or does not want them
  }
  await Promise.all(outermost(vscode.workspace.workspaceFolders ?? []).map(start));
}

async function start(folder: vscode.WorkspaceFolder): Promise<void> {
  const settings = vscode.workspace.getConfiguration("llmlint", folder.uri);
  const command = find(folder, settings.get("path", ""));
  if (command === undefined) {
    return;
  }
  const python = settings.get("python", "").trim();
  const told = {
    python: python && named(python, { folder: folder.uri.fsPath }),
    config: settings.get("config", []),
    tools: settings.get("tools", true),
  };
  const server = new Running(folder, command, told, output);
  running.push(server);
  try {
    await server.start();
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
}

/** The llmlint of a folder; where there is none, that is shown. */
function find(folder: vscode.WorkspaceFolder, setting: string): string | undefined {
  try {
    const found = findLlmlint({
      folder: folder.uri.fsPath,
      setting,
      searchPath: process.env["PATH"] ?? "",
      platform: process.platform,
    });
    output.info(`${folder.name}: ${found.command} (${found.by})`);
    return found.command;
  } catch (error) {
    if (!(error instanceof NotFound)) {
      throw error;
    }
    const status = new Status(folder);
    status.missing(error.message);
    missing.push(status);
    // A folder without llmlint is no fault unless somebody asked for it.
    if (setting.trim()) {
      tell(`${folder.name}: ${error.message}`);
    } else {
      output.warn(`${folder.name}: ${error.message}`);
    }
    return undefined;
  }
}

function tell(message: string): void {
  output.error(message);
  const show = "Show the output";
  void vscode.window.showErrorMessage(message, show).then((chosen) => chosen === show && output.show());
}

/** A folder inside another one is served with it: the settings of each file are those that lie nearest to it. */
function outermost(folders: readonly vscode.WorkspaceFolder[]): vscode.WorkspaceFolder[] {
  const files = folders.filter((folder) => folder.uri.scheme === "file");
  const name = (folder: vscode.WorkspaceFolder) => `${folder.uri.toString().replace(/\/$/, "")}/`;
  return files.filter((one) => !files.some((other) => other !== one && name(one).startsWith(name(other))));
}

/** Shows a row (from 0) of a file. */
async function open(uri: string, row: number): Promise<void> {
  const place = new vscode.Position(row, 0);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri, true), { selection: new vscode.Range(place, place) });
}
