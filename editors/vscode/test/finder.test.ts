import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { findLlmlint, named, NotFound, type Surroundings } from "../src/finder";

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "llmlint-finder-"));
  mkdirSync(path.join(root, "project"));
});

afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, mode = 0o755): string {
  const full = path.join(root, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, "#!/bin/sh\n");
  chmodSync(full, mode);
  return full;
}

function around(given: Partial<Surroundings> = {}): Surroundings {
  return { folder: path.join(root, "project"), setting: "", searchPath: "", platform: "linux", ...given };
}

const onPath = (...names: string[]) => names.map((name) => path.join(root, name)).join(path.delimiter);

test("the project's own environment comes before PATH", () => {
  put("bin/llmlint");
  const venv = put("project/venv/bin/llmlint");
  assert.deepEqual(findLlmlint(around({ searchPath: onPath("bin") })), { command: venv, by: "project" });
  const dotted = put("project/.venv/bin/llmlint");
  assert.deepEqual(findLlmlint(around({ searchPath: onPath("bin") })), { command: dotted, by: "project" });
});

test("an environment without llmlint is passed over", () => {
  put("project/.venv/bin/python");
  const first = put("one/llmlint");
  put("two/llmlint");
  assert.deepEqual(findLlmlint(around({ searchPath: onPath("none", "one", "two") })), { command: first, by: "PATH" });
});

test("what cannot be run is not it", () => {
  put("project/.venv/bin/llmlint", 0o644);
  mkdirSync(path.join(root, "one/llmlint"), { recursive: true });
  const second = put("two/llmlint");
  assert.equal(findLlmlint(around({ searchPath: onPath("one", "two") })).command, second);
});

test("relative entries of PATH do not count", () => {
  put("project/bin/llmlint");
  assert.throws(() => findLlmlint(around({ searchPath: ["", ".", "bin"].join(path.delimiter) })), NotFound);
});

test("the setting comes before all, in each of its forms", () => {
  put("project/.venv/bin/llmlint");
  const tool = put("project/tools/llmlint");
  const environment = put("home/envs/lint/bin/llmlint");
  const home = path.join(root, "home");
  for (const setting of ["tools/llmlint", "./tools/llmlint", tool, "${workspaceFolder}/tools/llmlint", ` ${tool} `]) {
    assert.deepEqual(findLlmlint(around({ setting })), { command: tool, by: "setting" });
  }
  for (const setting of ["~/envs/lint", "~/envs/lint/bin/llmlint"]) {
    assert.deepEqual(findLlmlint(around({ setting, home })), { command: environment, by: "setting" });
  }
});

test("a path of a setting is absolute, or relative to the folder", () => {
  const folder = path.join(root, "project");
  const home = path.join(root, "home");
  for (const [setting, full] of [
    [".venv", path.join(folder, ".venv")],
    ["${workspaceFolder}/../env/bin/python", path.join(root, "env/bin/python")],
    ["~/env", path.join(home, "env")],
    [path.join(root, "env"), path.join(root, "env")],
  ] as const) {
    assert.equal(named(setting, { folder, home }), full);
  }
});

test("a folder's name that looks like a replacement is taken as it is", () => {
  const tool = put("$&/tools/llmlint");
  const folder = path.join(root, "$&");
  assert.equal(findLlmlint(around({ folder, setting: "${workspaceFolder}/tools/llmlint" })).command, tool);
});

test("a setting that names nothing is an error, and PATH does not help", () => {
  put("bin/llmlint");
  for (const setting of ["nowhere/llmlint", "/", "~/nothing"]) {
    assert.throws(() => findLlmlint(around({ setting, searchPath: onPath("bin") })), /llmlint\.path names/);
  }
});

test("Windows has Scripts and .exe", () => {
  const inside = put("project/.venv/Scripts/llmlint.exe", 0o644);
  assert.deepEqual(findLlmlint(around({ platform: "win32" })), { command: inside, by: "project" });
});

test("where there is none, the user hears what to do", () => {
  assert.throws(() => findLlmlint(around()), /pip install 'llmlint\[server\]'/);
});
