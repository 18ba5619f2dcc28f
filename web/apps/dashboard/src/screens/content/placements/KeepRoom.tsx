/** What an author writes into their page so that a first visit moves nothing: measured of the designs as they are. */

import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { styleGuideQuery } from "../../../api/contentQueries";
import type { Content, Document, Place, StyleGuide } from "../../../api/contentTypes";
import { CodeBlock } from "../../../parts/CodeBlock";
import { guideCss, PAGE_CSS, sceneWith, View } from "../editor/drawing";
import { type Height, roomCss, WIDTHS_PX } from "./room";

/** Images and fonts take their time. */
const SETTLED_MS = 500;
const SCENE = sceneWith(() => null);

type Given = { content: Content; place: Place; selector: string | undefined };

export function KeepRoom({ content, place, selector }: Given) {
  const { data } = useQuery(styleGuideQuery);
  const [heights, setHeights] = useState<Height[]>([]);
  const hasOwn = content.documents.some(({ tree }) => JSON.stringify(tree).includes('"type":"component"'));
  const isInside = place === "inside" && selector !== undefined;
  const own = `[data-headwater="${content.slug}"]`;
  const css = roomCss(isInside ? selector : own, heights);
  return (
    <>
      <details className="hw-details">
        <summary>Keep room for a first visit</summary>
        <Text size="sm" my="xs">
          {isInside
            ? "With these lines in your page's own styles nothing moves when it comes. "
            : "So that nothing moves when it comes, give it an element of its own, choose that one, and show it inside. "}
          They are as high as the highest of its designs, at {WIDTHS_PX.join(", ")} px. Whoever is shown none sees the
          empty room.
          {hasOwn && " Components of your own are not in these heights: add theirs."}
        </Text>
        {!isInside && <CodeBlock code={`<div data-headwater="${content.slug}"></div>`} what="element of its own" wrap />}
        {css ? <CodeBlock code={css} what="styles that keep room" wrap /> : <Text size="sm">Measuring …</Text>}
      </details>
      {data && <Measure documents={content.documents} guide={data} onMeasured={setHeights} />}
    </>
  );
}

type Measured = { documents: readonly Document[]; guide: StyleGuide; onMeasured: (heights: Height[]) => void };

/** Draws the designs where nobody sees them, in a shadow root for each width, as pages do. */
function Measure({ documents, guide, onMeasured }: Measured) {
  const hosts = useRef<(HTMLDivElement | null)[]>([]);
  const [roots, setRoots] = useState<ShadowRoot[]>([]);
  useEffect(() => {
    const sheets = [PAGE_CSS, guideCss(guide, "light")].map((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    });
    setRoots(
      WIDTHS_PX.map((_, at) => {
        const host = hosts.current[at] as HTMLDivElement;
        const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
        root.adoptedStyleSheets = sheets;
        return root;
      }),
    );
  }, [guide]);
  useEffect(() => {
    const measure = () =>
      onMeasured(
        roots.map((root, at) => {
          const each = [...root.querySelectorAll(".hw")].map((design) => Math.ceil(design.getBoundingClientRect().height));
          return { widthPx: WIDTHS_PX[at] ?? 0, heightPx: Math.max(0, ...each) };
        }),
      );
    const timer = setTimeout(measure, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [roots, documents, onMeasured]);
  return (
    <div inert aria-hidden="true" style={{ position: "fixed", insetBlockStart: 0, visibility: "hidden", height: 0, overflow: "hidden" }}>
      {WIDTHS_PX.map((widthPx, at) => (
        <div
          key={widthPx}
          ref={(host) => {
            hosts.current[at] = host;
          }}
          style={{ width: widthPx }}
        />
      ))}
      {roots.map((root, at) =>
        createPortal(
          documents.map(({ id, tree }) => (
            <div key={id} className="hw">
              {tree.blocks.map((block) => (
                <View key={block.id} block={block} scene={SCENE} />
              ))}
            </div>
          )),
          root,
          WIDTHS_PX[at],
        ),
      )}
    </div>
  );
}
