import { Text } from "@mantine/core";
import { memo, useId, useState } from "react";
import type { DebugEvent } from "../../api/types";
import { Shown } from "../../parts/Shown";
import { ChevronIcon } from "../../shell/icons";
import { clockTime } from "../../words/time";
import { FateMark, fateOf, ViolationMark } from "./Fate";
import { sender, titleOf } from "./payload";
import { PayloadView } from "./PayloadView";

const FRESH_MS = 4_000;

/** One event: a line that opens to its fate, its violations and its payload, pretty or raw. */
export const EventRow = memo(function EventRow({ event }: { event: DebugEvent }) {
  const [isOpen, setOpen] = useState(false);
  const [isFresh] = useState(() => Date.now() - Date.parse(event.receivedAt) < FRESH_MS);
  const panel = useId();
  const who = sender(event.payload);
  return (
    <li className={isFresh ? "hw-arrived" : undefined}>
      <button
        type="button"
        className="hw-event"
        aria-expanded={isOpen}
        aria-controls={isOpen ? panel : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="hw-turn">
          <ChevronIcon size={14} />
        </span>
        <time className="hw-mono" dateTime={event.receivedAt}>
          {clockTime(event.receivedAt)}
        </time>
        <span className="hw-event-body">
          <span className="hw-event-name">{titleOf(event)}</span>{" "}
          <span className="hw-event-who">
            {event.type}
            {event.type && who && " · "}
            {who && <Shown text={who} />}
          </span>
        </span>
        <span className="hw-event-marks">
          <ViolationMark event={event} />
          <FateMark event={event} />
        </span>
      </button>
      {isOpen && <Detail id={panel} event={event} />}
    </li>
  );
});

function Detail({ id, event }: { id: string; event: DebugEvent }) {
  const { word, meaning } = fateOf(event);
  return (
    <div id={id} style={{ padding: "0 0.75rem 0.9rem" }}>
      <Text size="sm">
        <strong>{word}</strong>
        {event.reason && <> ({event.reason})</>}. {event.note ?? meaning}
      </Text>
      {event.violations.length > 0 && (
        <>
          <Text size="sm" fw={600} mt="xs">
            Differs from what the catalogue declares:
          </Text>
          <ul style={{ margin: "0 0 0.5rem", paddingInlineStart: "1.2rem" }}>
            {event.violations.map(({ type, field, description }) => (
              <li key={`${type} ${field}`}>
                <Text size="sm">
                  <strong>{type}:</strong> {description}
                </Text>
              </li>
            ))}
          </ul>
        </>
      )}
      <PayloadView payload={event.payload} />
    </div>
  );
}
