/**
 * The report: unpacks the run that the page holds, and shows it.
 *
 * @module
 */
import "../older_engines.ts";
import { Component, type ComponentChildren, render } from "preact";
import { unpack } from "../run/pack.ts";
import { Report } from "./viewer.tsx";

/** What is shown instead of a page that can't be. */
function Broken({ error }: { readonly error: unknown }) {
  return (
    <div class="broken">
      <h1>This report can't be read.</h1>
      <p>
        It is damaged, or was cut off on its way:{" "}
        {error instanceof Error ? error.message : String(error)}
      </p>
      <p>
        Make it anew with <code>workbench report</code>{" "}
        and the run's folder in store/. If that ends here, too, this browser may
        be too old.
      </p>
    </div>
  );
}

/** Whatever goes wrong below ends in words, not in an empty page. */
class Guard extends Component<{ readonly children: ComponentChildren }> {
  override state: { readonly error?: unknown } = {};

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ error: error ?? "for no reason given" });
  }

  override render() {
    const { error } = this.state;
    return error === undefined ? this.props.children : <Broken error={error} />;
  }
}

const page = document.getElementById("page");
if (page !== null) {
  const show = (content: ComponentChildren) => {
    page.replaceChildren();
    render(content, page);
  };
  try {
    const run = await unpack(document.getElementById("run")?.textContent ?? "");
    show(
      <Guard>
        <Report run={run} />
      </Guard>,
    );
  } catch (error) {
    show(<Broken error={error} />);
  }
}
