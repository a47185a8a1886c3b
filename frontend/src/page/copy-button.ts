/** Copying to the clipboard, said to everyone. */

import { h } from "../dom";
import { say, type Word } from "../i18n";

/** A button that copies what `text` gives when it is pressed. */
export function copyButton(text: () => string, word: Word = "copy"): HTMLButtonElement {
  const button = h("button", { type: "button", class: "quiet", "aria-live": "polite" }, say(word));
  button.addEventListener("click", async () => {
    let done: Word = "copied";
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      // No clipboard without https or leave to use it.
      done = "copy.failed";
    }
    button.textContent = say(done);
    window.setTimeout(() => (button.textContent = say(word)), 2500);
  });
  return button;
}

/** Put a button on every `<pre data-copy>`. */
export function enhanceCopying(root: ParentNode): void {
  for (const block of root.querySelectorAll<HTMLPreElement>("pre[data-copy]")) {
    const frame = h("div", { class: "copyable" });
    block.before(frame);
    frame.append(block, copyButton(() => block.textContent ?? ""));
  }
}
