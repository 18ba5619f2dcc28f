/** The form of a segment: its name, its rule as controls or as JSON, whom it would hold, and saving. */

import { Alert, Button, Checkbox, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { ApiError } from "../../api/errors";
import type { SegmentGiven } from "../../api/people";
import { segmentsQuery, traitNamesQuery } from "../../api/peopleQueries";
import type { Segment } from "../../api/types";
import { isObject } from "../../words/exact";
import { Builder } from "./Builder";
import { Preview, usePreview } from "./Preview";
import { type Fault, faultAt, type GroupNode, newGroup } from "./tree";
import { useRule } from "./useRule";

type Props = {
  segment?: Segment;
  action: string;
  isBusy: boolean;
  error: Error | null;
  isDone?: boolean;
  onSubmit: (given: SegmentGiven) => Promise<Segment>;
};

export function Form({ segment, action, isBusy, error, isDone = false, onSubmit }: Props) {
  const [name, setName] = useState(segment?.name ?? "");
  const [announces, setAnnounces] = useState(segment?.announceMembers ?? false);
  const [problem, setProblem] = useState<string | null>(null);
  const draft = useRule(segment?.rule ?? null);
  const preview = usePreview(draft.rule, draft.isAskable);
  const [sent, setSent] = useState<unknown>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const others = useQuery(segmentsQuery).data?.data.filter(({ id }) => id !== segment?.id) ?? [];
  const traitNames = useQuery(traitNamesQuery).data ?? [];

  // An error of saving is that of what was sent; it goes when something was changed since, or the preview knows better.
  const refused = sent === draft.rule || JSON.stringify(sent) === JSON.stringify(draft.rule) ? error : null;
  const ruleError = [refused, preview.error].find(hasPath) ?? null;
  const isEdited =
    draft.isEdited || name.trim() !== (segment?.name ?? "") || announces !== (segment?.announceMembers ?? false);

  function submit(event: FormEvent) {
    event.preventDefault();
    setProblem(name.trim() === "" ? "Give the segment a name." : null);
    if (name.trim() === "") return nameField.current?.focus();
    if (draft.rule === null) return;
    setSent(draft.rule);
    onSubmit({ name: name.trim(), rule: draft.rule, announceMembers: announces }).then(
      (saved) => saved.rule && draft.take(saved.rule),
      () => undefined,
    );
  }

  return (
    <form onSubmit={submit} noValidate>
      <div className="hw-two">
        <Stack gap="lg">
          <div className="hw-card">
            <TextInput
              ref={nameField}
              label="Name"
              required
              value={name}
              error={problem}
              onChange={(event) => setName(event.currentTarget.value)}
              autoComplete="off"
            />
          </div>
          <RuleCard draft={draft} error={ruleError} segments={others} traitNames={traitNames} />
          <div className="hw-card">
            <Checkbox
              label="Tell of those who are in it already"
              description="As Segment Entered, when it is made and when its rule changes. Else only of who comes in later."
              checked={announces}
              onChange={(event) => setAnnounces(event.currentTarget.checked)}
              mb="md"
            />
            {refused && (
              <Alert color="brick" variant="outline" title="It was not saved" role="alert" mb="md">
                {ruleError && draft.view === "builder" ? "The rule is not right yet: look where it is marked." : refused.message}
              </Alert>
            )}
            <Group gap="sm">
              <Button type="submit" loading={isBusy} disabled={draft.rule === null}>
                {action}
              </Button>
              <Text size="sm" role="status">
                {segment && isEdited ? "Not saved yet." : isDone ? "Saved." : ""}
              </Text>
            </Group>
          </div>
        </Stack>
        <Preview preview={preview} isAskable={draft.isAskable} />
      </div>
    </form>
  );
}

type RuleProps = {
  draft: ReturnType<typeof useRule>;
  error: (ApiError & { path: string }) | null;
  segments: Segment[];
  traitNames: string[];
};

function RuleCard({ draft, error, segments, traitNames }: RuleProps) {
  const fault: Fault | null = error && draft.root ? faultAt(draft.root, error.path, error.message) : null;
  return (
    <section className="hw-card" aria-labelledby="rule">
      <Group justify="space-between" mb="sm" gap="sm">
        <h2 id="rule" className="hw-heading">
          Rule
        </h2>
        <SegmentedControl
          size="xs"
          aria-label="Write the rule as"
          value={draft.view}
          onChange={(view) => draft.show(view as "builder" | "json")}
          data={[
            { value: "builder", label: "Builder" },
            { value: "json", label: "JSON" },
          ]}
        />
      </Group>
      {draft.view === "json" ? (
        <Textarea
          label="Rule as JSON"
          value={draft.text}
          error={draft.rule === null ? "This is no JSON object." : error?.message}
          onChange={(event) => draft.write(event.currentTarget.value)}
          autosize
          minRows={8}
          maxRows={30}
          spellCheck={false}
          autoComplete="off"
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "0.8125rem" } }}
        />
      ) : draft.root === null ? (
        <NotShown build={draft.build} />
      ) : (
        <Builder root={draft.root} fault={fault} segments={segments} traitNames={traitNames} onChange={draft.build} />
      )}
    </section>
  );
}

function NotShown({ build }: { build: (root: GroupNode) => void }) {
  return (
    <>
      <Text size="sm" mb="sm" role="status">
        The JSON is not a rule that the builder can show. Mend it as JSON, or begin anew.
      </Text>
      <Button variant="default" size="compact-sm" onClick={() => build(newGroup())}>
        Begin a new rule
      </Button>
    </>
  );
}

/** Whether the API says where in the rule something is wrong; the error then has that path. */
function hasPath(error: Error | null): error is ApiError & { path: string } {
  if (!(error instanceof ApiError) || !isObject(error.details) || typeof error.details.path !== "string") return false;
  Object.assign(error, { path: error.details.path });
  return true;
}
