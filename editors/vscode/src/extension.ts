/** One server a folder of the workspace, each the llmlint of its own project. */

import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn } from "vscode-languageclient/node";

import { initializationOptions, SERVER } from "./command";
import { findLlmlint, NotFound } from "./finder";

/** The command that the server's actions name. Registered once, here: every client would register it again. */
const OPEN = "llmlint.open";

const clients = new Map<string, LanguageClient>();

let output: vscode.LogOutputChannel;
let work: Promise<void> = Promise.resolve();

export function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("llmlint", { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("llmlint.restart", () => soon(restart)),
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

/** One thing after the other: a server that is starting cannot be stopped. */
function soon(what: () => Promise<void>): Promise<void> {
  work = work.then(what, what);
  return work;
}

async function stop(): Promise<void> {
  const running = [...clients.values()];
  clients.clear();
  await Promise.allSettled(running.map((client) => client.dispose()));
}

async function restart(): Promise<void> {
  await stop();
  for (const folder of outermost(vscode.workspace.workspaceFolders ?? [])) {
    await start(folder);
  }
}

async function start(folder: vscode.WorkspaceFolder): Promise<void> {
  const settings = vscode.workspace.getConfiguration("llmlint", folder.uri);
  let command: string;
  try {
    const found = findLlmlint({
      folder: folder.uri.fsPath,
      setting: settings.get("path", ""),
      searchPath: process.env["PATH"] ?? "",
      platform: process.platform,
    });
    output.info(`${folder.name}: ${found.command} (${found.by})`);
    command = found.command;
  } catch (error) {
    if (!(error instanceof NotFound)) {
      throw error;
    }
    output.error(`${folder.name}: ${error.message}`);
    // A folder without llmlint is no fault unless somebody asked for it.
    if (settings.get("path", "")) {
      void vscode.window.showErrorMessage(error.message);
    }
    return;
  }
  const client = new Client(
    "llmlint",
    `llmlint (${folder.name})`,
    { command, args: SERVER, options: { cwd: folder.uri.fsPath } },
    {
      // Files only: notebooks' cells have a scheme of their own, and what was never saved has no project.
      documentSelector: [{ scheme: "file", language: "python", pattern: `${folder.uri.fsPath}/**/*` }],
      workspaceFolder: folder,
      outputChannel: output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: initializationOptions({
        python: settings.get("python", ""),
        config: settings.get("config", []),
        tools: settings.get("tools", true),
      }),
    },
  );
  clients.set(folder.uri.toString(), client);
  try {
    await client.start();
  } catch (error) {
    clients.delete(folder.uri.toString());
    output.error(`${folder.name}: ${command} did not start: ${String(error)}`);
    void vscode.window.showErrorMessage(
      `llmlint did not start; its server needs pip install 'llmlint[server]' (${command})`,
    );
  }
}

/** A folder inside another one is served with it: the settings of each file are those that lie nearest to it. */
function outermost(folders: readonly vscode.WorkspaceFolder[]): vscode.WorkspaceFolder[] {
  const files = folders.filter((folder) => folder.uri.scheme === "file");
  const name = (folder: vscode.WorkspaceFolder) => `${folder.uri.toString().replace(/\/$/, "")}/`;
  return files.filter((one) => !files.some((other) => other !== one && name(one).startsWith(name(other))));
}

/** A client that registers no commands: with several folders each would do so, and the editor takes a name once. */
class Client extends LanguageClient {
  override registerFeature(feature: Parameters<LanguageClient["registerFeature"]>[0]): void {
    const method = "registrationType" in feature ? feature.registrationType.method : "";
    if (method !== "workspace/executeCommand") {
      super.registerFeature(feature);
    }
  }
}

/** Shows a row (from 0) of a file. */
async function open(uri: string, row: number): Promise<void> {
  const place = new vscode.Position(row, 0);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri, true), { selection: new vscode.Range(place, place) });
}
