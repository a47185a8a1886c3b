/** What every page runs. The heavier parts come when a page has something for them. */

import "./main.css";
import { enhanceCopying } from "./page/copy-button";
import { enhanceFacets } from "./page/autosubmit";
import { enhanceFields } from "./page/optional-fields";
import { enhanceFigures } from "./page/figures";
import { enhanceSearch } from "./page/search-suggestions";
import { enhanceTables } from "./page/tables";

// Figures first: they fold their tables away before these are made taller by a filter.
enhanceFigures(document);
enhanceTables(document);
enhanceSearch(document);
enhanceCopying(document);
enhanceFacets(document);
enhanceFields(document);

const form = document.querySelector<HTMLFormElement>("form#sparql");
if (form) void import("./sparql/editor-page").then(({ enhanceEditor }) => enhanceEditor(form));
