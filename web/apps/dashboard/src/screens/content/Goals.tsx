/** What a content is for: events that are hoped for within seven days of seeing it. */

import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useLayoutEffect, useRef } from "react";
import type { Content, Goal } from "../../api/contentTypes";
import { segmentsQuery } from "../../api/peopleQueries";
import { PlusIcon, TrashIcon } from "../../shell/icons";
import { useForm, useForms } from "./FormsOf";
import { MeanwhileAlert } from "./MeanwhileAlert";
import { newId } from "./placements/placement";
import { isSame } from "./same";
import { useContentChange } from "./useContentChange";

export function Goals({ content }: { content: Content }) {
  const forms = useForms();
  const edited = useForm("goals");
  const clear = () => forms.put("goals", undefined);
  const { data: segments } = useQuery(segmentsQuery);
  const save = useContentChange(content, clear);
  const whole = useRef<HTMLFormElement>(null);
  const next = useRef<string | null>(null);
  const goals = edited?.goals ?? content.goals;
  useLayoutEffect(() => {
    if (next.current) whole.current?.querySelector<HTMLElement>(next.current)?.focus();
    next.current = null;
  }, [goals.length]);
  const put = (changed: Goal[]) => {
    const { revision, base } = edited ?? { revision: content.revision, base: { goals: content.goals } };
    forms.put("goals", { goals: changed, revision, base });
  };
  const change = (at: number, part: Partial<Goal>) =>
    put(goals.map((goal, index) => (index === at ? { ...goal, ...part } : goal)));
  const isShort = goals.some(({ name, event }) => name.trim() === "" || event.trim() === "");
  const isEdited = edited !== undefined && !isSame(edited.goals, content.goals);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!edited || isShort) return;
    save.mutate({ change: { goals }, revision: edited.revision, base: edited.base });
  }
  return (
    <section className="hw-card" aria-labelledby="goals">
      <h2 id="goals" className="hw-heading">
        Goals
      </h2>
      <Text size="sm" mb="sm">
        An event that people should do within seven days of seeing it. How many did stands with the numbers.
      </Text>
      <form onSubmit={submit} ref={whole} noValidate>
        <Stack gap="sm">
          {goals.map((goal, index) => {
            const name = `Goal ${index + 1}`;
            return (
              <div key={goal.id} className="hw-rule-line hw-rule-condition" role="group" aria-label={name} data-goal={index}>
                <TextInput
                  className="hw-rule-name"
                  aria-label={`${name}: name`}
                  placeholder="Name"
                  value={goal.name}
                  onChange={(event) => change(index, { name: event.currentTarget.value })}
                  autoComplete="off"
                />
                <TextInput
                  className="hw-rule-name"
                  aria-label={`${name}: event`}
                  placeholder="Event, such as Ordered"
                  value={goal.event}
                  onChange={(event) => change(index, { event: event.currentTarget.value })}
                  autoComplete="off"
                  spellCheck={false}
                />
                <NativeSelect
                  aria-label={`${name}: of whom`}
                  value={goal.segmentId ?? ""}
                  data={[
                    { value: "", label: "of all who saw it" },
                    ...(segments?.data ?? [])
                      .filter(({ builtin }) => !builtin)
                      .map(({ id, name: label }) => ({ value: id, label: `of ${label}` })),
                  ]}
                  onChange={(event) => {
                    const { segmentId: _, ...rest } = goal;
                    const chosen = event.currentTarget.value;
                    put(goals.map((each, at) => (at === index ? (chosen ? { ...rest, segmentId: chosen } : rest) : each)));
                  }}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${name.toLowerCase()}`}
                  onClick={() => {
                    next.current = "[data-add]";
                    put(goals.filter((_, at) => at !== index));
                  }}
                >
                  <TrashIcon size={15} />
                </ActionIcon>
              </div>
            );
          })}
          <div>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<PlusIcon size={14} />}
              data-add
              onClick={() => {
                next.current = `[data-goal="${goals.length}"] input`;
                put([...goals, { id: newId(goals.map(({ id }) => id)), name: "", event: "" }]);
              }}
            >
              Add goal
            </Button>
          </div>
          <MeanwhileAlert what="save the goals" save={save} onTaken={clear} />
          <Group gap="sm">
            <Button type="submit" variant="default" loading={save.isPending} disabled={!isEdited || isShort}>
              Save goals
            </Button>
            <Text size="sm" role="status">
              {isEdited ? (isShort ? "A goal needs a name and an event." : "Not saved yet.") : save.isSuccess ? "Saved." : ""}
            </Text>
          </Group>
        </Stack>
      </form>
    </section>
  );
}
