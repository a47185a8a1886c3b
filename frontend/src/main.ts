/** What every page runs. The heavier parts come when a page has something for them. */

import "./main.css";
import { enhanceCopying } from "./page/copy";
import { enhanceFacets } from "./page/facets";
import { enhanceFields } from "./page/fields";
import { enhanceFigures } from "./page/figures";
import { enhanceSearch } from "./page/suggest";
import { enhanceTables } from "./page/tables";

// Figures first: they fold their tables away before these are made taller by a filter.
enhanceFigures(document);
enhanceTables(document);
enhanceSearch(document);
enhanceCopying(document);
enhanceFacets(document);
enhanceFields(document);

const form = document.querySelector<HTMLFormElement>("form#sparql");
if (form) void import("./sparql/workbench").then(({ enhanceEditor }) => enhanceEditor(form));
