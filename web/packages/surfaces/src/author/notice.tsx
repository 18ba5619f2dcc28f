/** One sentence to an author, over the page, and a button that takes it away. */

import { render } from "preact";
import { openShell } from "./shell";
import { CSS_TEXT } from "./style";

export function notice(sentence: string): void {
  const shell = openShell(CSS_TEXT);
  const close = () => {
    render(null, shell.root);
    shell.close();
  };
  render(
    <section className="bar small" popover="manual" lang="en" dir="ltr" aria-label="headwater">
      <p className="told" role="alert">{sentence}</p>
      <div className="row">
        <button type="button" onClick={close}>Close</button>
      </div>
    </section>,
    shell.root,
  );
  shell.rise();
}
