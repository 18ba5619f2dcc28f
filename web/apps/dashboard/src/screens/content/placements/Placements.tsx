/** Where, when and how often the content shows: its placements, each in words, to change one by one. */

import { Button, Group, Text } from "@mantine/core";
import { useLayoutEffect, useRef } from "react";
import type { Content, Placement } from "../../../api/contentTypes";
import { PencilIcon, PlusIcon, TrashIcon } from "../../../shell/icons";
import { opened } from "../forms";
import { useForm, useForms } from "../FormsOf";
import { MeanwhileAlert } from "../MeanwhileAlert";
import { isSame } from "../same";
import { useContentChange } from "../useContentChange";
import { inWords, newPlacement } from "./placement";
import { PlacementForm } from "./PlacementForm";

export function Placements({ content }: { content: Content }) {
  const forms = useForms();
  const open = useForm("placement");
  const opener = useRef<string | null>(null);
  const isAsked = useRef(false);
  const remove = useContentChange(content);
  const kind = content.documents[0]?.tree.kind ?? "inline";
  const close = () => {
    opener.current = open?.opener ?? null;
    forms.put("placement", undefined);
  };
  // Back to where one came from, once the list is there again; with the drawing, so that no click comes in between.
  useLayoutEffect(() => {
    if (open || opener.current === null) return;
    document.getElementById(opener.current)?.focus();
    opener.current = null;
  }, [open]);
  const edit = (placement: Placement, isNew: boolean, from: string) => {
    isAsked.current = true;
    forms.put("placement", opened(content, placement, isNew, from));
  };
  if (open) {
    return (
      <PlacementForm
        content={content}
        kind={kind}
        form={open}
        isAsked={isAsked.current}
        onChange={(part) => forms.put("placement", { ...(forms.current().placement ?? open), ...part })}
        onClose={close}
      />
    );
  }
  const isPending = content.livePlacements !== null && !isSame(content.livePlacements, content.placements);
  return (
    <section aria-labelledby="placements">
      <Group justify="space-between" gap="sm" mb="sm">
        <h2 id="placements" className="hw-heading">
          Where it shows
        </h2>
        <Button
          id="add-placement"
          leftSection={<PlusIcon />}
          onClick={() => edit(newPlacement(content.placements), true, "add-placement")}
        >
          Add placement
        </Button>
      </Group>
      {isPending && (
        <Text size="sm" mb="sm" role="status">
          What stands here is a draft. People see the placements that were published last.
        </Text>
      )}
      {content.placements.length === 0 ? (
        <Text mb="sm">
          No placement yet. Without one it shows only where another content, or the page itself, calls it by its slug.
        </Text>
      ) : (
        <ul className="hw-events" aria-label="Placements">
          {content.placements.map((placement, index) => (
            <li key={placement.id} className="hw-listed">
              <span style={{ flex: "1 1 16rem", minWidth: 0 }}>
                <strong>{placement.name || `Placement ${index + 1}`}</strong>{" "}
                <span className="hw-aside hw-mono">{placement.id}</span>
                <br />
                {inWords(placement, kind)}
              </span>
              <Button
                id={`edit-${placement.id}`}
                size="compact-sm"
                variant="default"
                leftSection={<PencilIcon size={14} />}
                onClick={() => edit(placement, false, `edit-${placement.id}`)}
              >
                Change
                <span className="hw-sr">&nbsp;{placement.name || `placement ${index + 1}`}</span>
              </Button>
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<TrashIcon size={14} />}
                onClick={() =>
                  remove.mutate({
                    change: { placements: content.placements.filter(({ id }) => id !== placement.id) },
                    revision: content.revision,
                    base: { placements: content.placements },
                  })
                }
              >
                Remove
                <span className="hw-sr">&nbsp;{placement.name || `placement ${index + 1}`}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <MeanwhileAlert what="remove the placement" save={remove} onTaken={() => undefined} />
    </section>
  );
}
