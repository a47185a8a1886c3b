/** Forms that follow every choice at once. */

const KEY = "clustergraph.place";

interface Place {
  address: string;
  top: number;
  id: string;
}

/** Submit `<form data-autosubmit>` on change, with a clean address; come back to the same place of the page. */
export function enhanceFacets(root: ParentNode): void {
  const forms = root.querySelectorAll<HTMLFormElement>("form[data-autosubmit]");
  for (const form of forms) {
    form.classList.add("automatic");
    form.addEventListener("formdata", ({ formData }) => {
      for (const name of new Set(formData.keys())) {
        const given = formData.getAll(name).filter((value) => value !== "");
        formData.delete(name);
        for (const value of given) formData.append(name, value);
      }
    });
    form.addEventListener("change", ({ target }) => {
      const id = target instanceof HTMLElement ? target.id : "";
      remember({ address: location.pathname, top: window.scrollY, id });
      form.requestSubmit();
    });
  }
  openWhereWide(root);
  if (forms.length) comeBack();
}

/** `<details class="narrow">` folds on narrow windows only. Style sheets alone open it where the browser knows how. */
function openWhereWide(root: ParentNode): void {
  const wide = window.matchMedia("(min-width: 60rem)");
  for (const details of root.querySelectorAll<HTMLDetailsElement>("details.narrow")) {
    const follow = (): void => void (details.open = wide.matches);
    follow();
    wide.addEventListener("change", follow);
  }
}

function remember(place: Place): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(place));
  } catch {
    // Without storage the page begins at its top.
  }
}

function comeBack(): void {
  try {
    const place = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Place | null;
    sessionStorage.removeItem(KEY);
    if (place?.address !== location.pathname) return;
    const chosen = document.getElementById(place.id);
    for (let fold = chosen?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
    chosen?.focus({ preventScroll: true });
    window.scrollTo({ top: place.top, behavior: "instant" });
  } catch {
    // As above.
  }
}
