/** The board's page: puts socket, store, renderer, tree, inspector, palette and feed together. Each knows none of the others. */

import { byId } from "./dom";
import { Page } from "./page";
import { load } from "./words";

if (document.getElementById("board")) {
  load(byId("words"), document.documentElement.lang || "en");
  new Page().start();
}
