/** The editor with all it asks for: the host's components, the colours, and the variables that people have. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { checkQuery, componentsQuery, styleGuideQuery } from "../../api/contentQueries";
import type { Content, Document, Tree } from "../../api/contentTypes";
import { traitNamesQuery } from "../../api/peopleQueries";
import { Failed, Loading } from "../../parts/States";
import { Editor } from "./editor/Editor";

type Props = {
  content: Content;
  document: Document;
  tree: Tree;
  /** The block that is chosen at first. */
  block?: string;
  onChange: (tree: Tree) => void;
};

export function DesignEditor({ content, document, tree, block, onChange }: Props) {
  const components = useQuery(componentsQuery);
  const guide = useQuery(styleGuideQuery);
  const { data: traits } = useQuery(traitNamesQuery);
  const { data: found } = useQuery(checkQuery(content.id, document.revision));
  const variables = useMemo(() => (traits ?? []).map((name) => `user.${name}`), [traits]);
  const problems = useMemo(
    () => (found?.problems ?? []).filter(({ documentId }) => documentId === document.id),
    [found, document.id],
  );
  const failed = components.error ?? guide.error;
  if (components.isPending || guide.isPending) return <Loading what="the editor" lines={3} />;
  if (failed && (!components.data || !guide.data)) return <Failed what="open the editor" error={failed} />;
  return (
    <Editor
      tree={tree}
      onChange={onChange}
      contentName={content.name}
      components={components.data?.components ?? []}
      styleguide={guide.data ?? null}
      variables={variables}
      problems={problems}
      readOnly={content.status === "archived"}
      block={block}
    />
  );
}
