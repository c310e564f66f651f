/**
 * The report: unpacks the run that the page holds, and shows it.
 *
 * @module
 */
import { render } from "preact";
import { unpack } from "../run/pack.ts";
import { Report } from "./viewer.tsx";

const page = document.getElementById("page");
const text = document.getElementById("run")?.textContent ?? "";
if (page !== null) {
  try {
    const run = await unpack(text);
    page.replaceChildren();
    render(<Report run={run} />, page);
  } catch (error) {
    page.replaceChildren();
    render(
      <div class="broken">
        <h1>This report can't be read.</h1>
        <p>
          It is damaged, or was cut off on its way:{" "}
          {error instanceof Error ? error.message : String(error)}
        </p>
      </div>,
      page,
    );
  }
}
