/** What every page runs. The larger parts are loaded only by pages that need them. */

import "./main.css";
import { enhanceAutosubmit } from "./page/autosubmit";
import { enhanceCopyableBlocks } from "./page/copy-button";
import { enhanceFigures } from "./page/figures";
import { enhanceOptionalFields } from "./page/optional-fields";
import { enhanceSearch } from "./page/search-suggestions";
import { enhanceTables } from "./page/tables";

// Figures first: they fold their tables away before a filter makes these taller.
enhanceFigures(document);
enhanceTables(document);
enhanceSearch(document);
enhanceCopyableBlocks(document);
enhanceAutosubmit(document);
enhanceOptionalFields(document);

const form = document.querySelector<HTMLFormElement>("form#sparql");
if (form) void import("./sparql/editor-page").then(({ enhanceEditorPage }) => enhanceEditorPage(form));
