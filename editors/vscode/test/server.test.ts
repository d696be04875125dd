/** The server, started as the extension starts it, over the transport that the extension's client uses. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import {
  type CodeAction,
  CodeActionRequest,
  createProtocolConnection,
  DidOpenTextDocumentNotification,
  ExitNotification,
  type Hover,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

import { initializationOptions, SERVER } from "../src/command";
import { findLlmlint, NotFound } from "../src/finder";

const SOURCE = "class Cart:\n    def total(self) -> int:\n        return 0\n";
const TEST = "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().totl() == 0\n";

function found(folder: string): string | undefined {
  try {
    const setting = process.env["LLMLINT"] ?? "";
    return findLlmlint({ folder, setting, searchPath: process.env["PATH"] ?? "", platform: process.platform }).command;
  } catch (error) {
    if (error instanceof NotFound) {
      return undefined;
    }
    throw error;
  }
}

test("the llmlint that is found serves diagnostics, a code action and a hover", async (context) => {
  const root = mkdtempSync(path.join(tmpdir(), "llmlint-server-"));
  context.after(() => rmSync(root, { recursive: true }));
  const put = (name: string, text: string): string => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
    return pathToFileURL(path.join(root, name)).href;
  };
  const command = found(root);
  if (command === undefined) {
    context.skip("there is no llmlint on PATH, and LLMLINT names none");
    return;
  }
  put("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n');
  put("src/shop/__init__.py", "");
  put("src/shop/cart.py", SOURCE);
  const uri = put("tests/test_cart.py", TEST);

  const server = spawn(command, SERVER, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const told = new Promise<PublishDiagnosticsParams>((resolve) => {
    connection.onNotification(PublishDiagnosticsNotification.type, resolve);
  });
  connection.listen();
  const rootUri = pathToFileURL(root).href;
  const begun = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: "shop" }],
    capabilities: { textDocument: { publishDiagnostics: { versionSupport: true } } },
    initializationOptions: initializationOptions({ python: "", config: [], tools: false }),
  });
  assert.equal(begun.serverInfo?.name, "llmlint");
  await connection.sendNotification(InitializedNotification.type, {});
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "python", version: 1, text: TEST },
  });

  const { diagnostics, version } = await told;
  assert.equal(version, 1);
  assert.deepEqual(
    diagnostics.map((one) => one.code),
    ["LLM203"],
  );
  const [diagnostic] = diagnostics;
  assert.ok(diagnostic);
  const offered = (await connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: diagnostic.range,
    context: { diagnostics },
  })) as CodeAction[];
  assert.ok(offered.some((one) => one.isPreferred && one.title.includes("LLM203")));
  const hover = (await connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: diagnostic.range.start,
  })) as Hover;
  assert.match(JSON.stringify(hover.contents), /LLM203/);

  const ended = new Promise<number | null>((resolve) => server.on("exit", resolve));
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  assert.equal(await ended, 0);
  connection.dispose();
});
