/** What the picture itself says, in the person's language. */

import { WORDS, type Words } from "./render/words";
import { has, t } from "./words";

/** The picture's own words, each replaced by `board_<name>` where the server gave it. `{n}` stays for the picture to fill. */
export function rendererWords(): Words {
  const words: Record<string, string> = { ...WORDS };
  for (const key of Object.keys(words)) if (has(`board_${key}`)) words[key] = raw(`board_${key}`);
  return words as Words;
}

/** A word with its places left open. */
function raw(key: string): string {
  return t(key, new Proxy({}, { get: (_, name) => `{${String(name)}}` }));
}
