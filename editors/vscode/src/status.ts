/** What the editor shows of a folder's llmlint beside the language of a file. */

import * as vscode from "vscode";

export class Status implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;

  constructor(folder: vscode.WorkspaceFolder) {
    const files = { scheme: "file", language: "python", pattern: new vscode.RelativePattern(folder, "**/*") };
    this.item = vscode.languages.createLanguageStatusItem(`llmlint ${folder.uri.toString()}`, files);
    this.item.name = "llmlint";
  }

  /** It was started and has not answered yet. */
  starting(command: string): void {
    this.show("llmlint", command, vscode.LanguageStatusSeverity.Information, true);
  }

  /** It answers. */
  running(version: string, command: string): void {
    this.show(`llmlint ${version}`.trim(), command, vscode.LanguageStatusSeverity.Information, false);
    this.item.command = { title: "Restart", command: "llmlint.restart" };
  }

  /** There is none here, and what to do about it. */
  missing(why: string): void {
    this.show("no llmlint", why, vscode.LanguageStatusSeverity.Warning, false);
    this.item.command = { title: "Look again", command: "llmlint.restart" };
  }

  /** It does not run. */
  broken(what: string, why: string): void {
    this.show(what, why, vscode.LanguageStatusSeverity.Error, false);
    this.item.command = { title: "Show the output", command: "llmlint.output" };
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    Object.assign(this.item, { text, detail, severity, busy, command: undefined });
  }
}
