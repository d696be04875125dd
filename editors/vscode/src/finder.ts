/** Where the llmlint of a project lies. Knows nothing of the editor, so that it can be tried without one. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

/** What is known of the place where llmlint is wanted. */
export interface Surroundings {
  /** The folder of the workspace, absolute. */
  folder: string;
  /** What the setting says; empty where it says nothing. */
  setting: string;
  /** `PATH`, as the environment has it. */
  searchPath: string;
  /** `process.platform`. */
  platform: NodeJS.Platform;
  /** The user's home; for tests. */
  home?: string;
}

/** The command that was found, and who named it. */
export interface Found {
  command: string;
  by: "setting" | "project" | "PATH";
}

/** Thrown where there is none; the message is for the user. */
export class NotFound extends Error {}

/**
 * The llmlint to start: that of the setting (an executable, or a virtual environment's folder), else that of the folder's own `.venv` or
 * `venv`, else the first of `PATH`. What the setting names and is not there is an error: another one would be a surprise.
 */
export function findLlmlint(given: Surroundings): Found {
  if (given.setting.trim() !== "") {
    const name = named(given.setting.trim(), given);
    const command = isFolder(name) ? inEnvironment(name, given.platform) : executable(name, given.platform);
    if (command === undefined) {
      throw new NotFound(`llmlint.path names ${name}, and no llmlint is there`);
    }
    return { command, by: "setting" };
  }
  for (const name of [".venv", "venv"]) {
    const command = inEnvironment(path.join(given.folder, name), given.platform);
    if (command !== undefined) {
      return { command, by: "project" };
    }
  }
  for (const folder of given.searchPath.split(path.delimiter)) {
    // A relative entry would mean another program in each folder.
    const command = path.isAbsolute(folder) ? executable(path.join(folder, "llmlint"), given.platform) : undefined;
    if (command !== undefined) {
      return { command, by: "PATH" };
    }
  }
  throw new NotFound(
    "no llmlint was found: pip install 'llmlint[server]' into the project's environment, or say where it is (llmlint.path)",
  );
}

function inEnvironment(folder: string, platform: NodeJS.Platform): string | undefined {
  return executable(path.join(folder, platform === "win32" ? "Scripts" : "bin", "llmlint"), platform);
}

/** The absolute path that a setting names: relative to the folder, with `~` and `${workspaceFolder}`. */
export function named(setting: string, given: Pick<Surroundings, "folder" | "home">): string {
  const home = given.home ?? homedir();
  const full = setting
    .replaceAll("${workspaceFolder}", () => given.folder)
    .replace(/^~(?=$|[\\/])/, () => home);
  return path.resolve(given.folder, full);
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The file, with Windows' ending where it has one, if it can be run. */
function executable(name: string, platform: NodeJS.Platform): string | undefined {
  const names = platform === "win32" && !name.toLowerCase().endsWith(".exe") ? [`${name}.exe`, name] : [name];
  return names.find((one) => {
    try {
      accessSync(one, platform === "win32" ? constants.F_OK : constants.X_OK);
      return statSync(one).isFile();
    } catch {
      return false;
    }
  });
}
