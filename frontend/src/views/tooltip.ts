/** A small box of words beside what the pointer or the focus is on; Escape takes it away. */

import { h } from "../dom";

export class Tip {
  private readonly box = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });

  constructor(private readonly frame: HTMLElement) {
    frame.append(this.box);
    frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.hide();
    });
  }

  /** Show what `words` gives for a mark, by pointer and by keyboard. */
  on(mark: Element, words: () => (Node | string)[]): void {
    const show = (): void => this.show(mark, words());
    const hide = (): void => this.hide();
    mark.addEventListener("pointerenter", show);
    mark.addEventListener("focus", show);
    mark.addEventListener("pointerleave", hide);
    mark.addEventListener("blur", hide);
  }

  hide(): void {
    this.box.hidden = true;
  }

  private show(mark: Element, words: (Node | string)[]): void {
    this.box.replaceChildren(...words);
    this.box.hidden = false;
    const frame = this.frame.getBoundingClientRect();
    const seen = visiblePart(mark.getBoundingClientRect(), frame);
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const left = (seen.left + seen.right) / 2 - frame.left - width / 2;
    const above = seen.top - frame.top - height - 8;
    const top = above > -20 ? above : seen.bottom - frame.top + 8;
    this.box.style.left = `${Math.max(0, Math.min(left, frame.width - width))}px`;
    this.box.style.top = `${Math.min(top, Math.max(0, frame.height - height))}px`;
  }
}

/** The words for a tip: a title, and pairs of a name and a value. */
export function tipWords(title: string, pairs: [string, string][], most = 8): Node[] {
  const list = h("dl", {});
  for (const [name, value] of pairs.slice(0, most)) list.append(h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  return [h("strong", {}, title), ...(pairs.length ? [list] : [])];
}

function visiblePart(mark: DOMRect, frame: DOMRect): { left: number; right: number; top: number; bottom: number } {
  return {
    left: Math.max(mark.left, frame.left),
    right: Math.min(mark.right, frame.right),
    top: Math.max(mark.top, frame.top),
    bottom: Math.min(mark.bottom, frame.bottom),
  };
}
