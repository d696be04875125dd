/** What is said to the server when it starts. */

/** The words behind the command. */
export const SERVER = ["server"];

/** The settings that the server is told (docs/editors.md, `initializationOptions`). */
export interface Told {
  python: string;
  config: readonly string[];
  tools: boolean;
}

/** `initializationOptions`; what is empty is left to the server. */
export function initializationOptions(told: Told): Record<string, unknown> {
  return { ...(told.python ? { python: told.python } : {}), config: [...told.config], tools: told.tools };
}
