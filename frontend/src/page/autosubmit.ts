/** Forms that are sent at every change. */

const STORAGE_KEY = "clustergraph.place";

/** Where on a page the reader was when a form was sent. */
interface PagePosition {
  path: string;
  scrollTop: number;
  focusedId: string;
}

/** Send `<form data-autosubmit>` at every change, without empty fields; the next page shows the same place. */
export function enhanceAutosubmit(root: ParentNode): void {
  const forms = root.querySelectorAll<HTMLFormElement>("form[data-autosubmit]");
  for (const form of forms) {
    form.classList.add("automatic");
    form.addEventListener("formdata", ({ formData }) => {
      for (const name of new Set(formData.keys())) {
        const values = formData.getAll(name).filter((value) => value !== "");
        formData.delete(name);
        for (const value of values) formData.append(name, value);
      }
    });
    form.addEventListener("change", ({ target }) => {
      const focusedId = target instanceof HTMLElement ? target.id : "";
      storePosition({ path: location.pathname, scrollTop: window.scrollY, focusedId });
      form.requestSubmit();
    });
  }
  openWhereWide(root);
  if (forms.length) restorePosition();
}

/** Open `<details class="narrow">` in wide windows and close it in narrow ones. Not every browser can do this in a style sheet. */
function openWhereWide(root: ParentNode): void {
  const wide = window.matchMedia("(min-width: 60rem)");
  for (const details of root.querySelectorAll<HTMLDetailsElement>("details.narrow")) {
    const update = (): void => void (details.open = wide.matches);
    update();
    wide.addEventListener("change", update);
  }
}

function storePosition(position: PagePosition): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(position));
  } catch {
    // Without storage the next page starts at its top.
  }
}

function restorePosition(): void {
  try {
    const position = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null") as PagePosition | null;
    sessionStorage.removeItem(STORAGE_KEY);
    if (position?.path !== location.pathname) return;
    const field = document.getElementById(position.focusedId);
    for (let fold = field?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
    field?.focus({ preventScroll: true });
    window.scrollTo({ top: position.scrollTop, behavior: "instant" });
  } catch {
    // Without storage the page starts at its top.
  }
}
