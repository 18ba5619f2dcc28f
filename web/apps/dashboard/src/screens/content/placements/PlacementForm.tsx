/** One placement: the element, the pages, and when, how often, on what and for whom it shows. */

import { Button, Checkbox, Group, NativeSelect, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Content, Device, Frequency, Kind, PageRule, Place, Placement, Trigger } from "../../../api/contentTypes";
import { placementIn, type PlacementForm as Opened } from "../forms";
import { MeanwhileAlert } from "../MeanwhileAlert";
import { useContentChange } from "../useContentChange";
import { KeepRoom } from "./KeepRoom";
import { PageFields } from "./PageFields";
import { Picker } from "./Picker";
import { DEVICES, PLACES, problemsOf } from "./placement";
import { ruleOf, withPage } from "./rule";

type Props = {
  content: Content;
  kind: Kind;
  form: Opened;
  /** It was opened just now, and not by coming back to its tab. */
  isAsked: boolean;
  onChange: (part: Partial<Opened>) => void;
  onClose: () => void;
};

export function PlacementForm({ content, kind, form: opened, isAsked, onChange, onClose }: Props) {
  const { placement, languages, selectors, first, isNew } = opened;
  const [isTried, setTried] = useState(false);
  /** The page rule that choosing the element brought. */
  const prefilled = useRef<PageRule | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const save = useContentChange(content, onClose);
  useLayoutEffect(() => {
    if (isAsked) heading.current?.focus();
  }, []);
  const put = (part: Partial<Placement>) => onChange({ placement: { ...placement, ...part } });
  const whole = placementIn(opened);
  const found = problemsOf(whole, kind);
  const problems = isTried ? found : {};

  function submit(event: FormEvent) {
    event.preventDefault();
    // Drawn at once, so that what is wrong is marked as such when the focus goes there.
    flushSync(() => setTried(true));
    if (Object.keys(found).length > 0) return form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    const others = content.placements;
    const placements = isNew ? [...others, whole] : others.map((each) => (each.id === whole.id ? whole : each));
    save.mutate({ change: { placements }, revision: opened.revision, base: opened.base });
  }

  return (
    <form ref={form} onSubmit={submit} noValidate>
      <h2 className="hw-heading" ref={heading} tabIndex={-1}>
        {isNew ? "New placement" : (first.name ?? "Placement")}
      </h2>
      <div className="hw-two" style={{ marginBlockStart: "0.75rem" }}>
        <Stack gap="md">
          <TextInput
            label="Name"
            description="For you alone."
            value={placement.name ?? ""}
            onChange={(event) => put({ name: event.currentTarget.value })}
            autoComplete="off"
            maxLength={100}
          />
          {kind === "inline" && (
            <Card title="Element">
              <Picker
                content={content}
                onPicked={({ selectors: found, text, url }) => {
                  const rule = isNew ? ruleOf(url) : null;
                  const pages = rule ? withPage(placement.pages, rule, prefilled.current) : placement.pages;
                  prefilled.current = rule;
                  onChange({ selectors: found.join("\n"), placement: { ...placement, text: text || undefined, pages } });
                }}
              />
              <Textarea
                label="Selectors"
                description="One a line. Each that matches votes for its element, so that a change of the page does not lose it."
                value={selectors}
                error={problems.selectors}
                onChange={(event) => onChange({ selectors: event.currentTarget.value })}
                autosize
                minRows={2}
                spellCheck={false}
                autoComplete="off"
              />
              <TextInput
                label="Text of the element"
                description="Settles it where several elements match. May be empty."
                value={placement.text ?? ""}
                onChange={(event) => put({ text: event.currentTarget.value || undefined })}
                autoComplete="off"
              />
              <NativeSelect
                label="Show it"
                value={placement.place}
                data={PLACES}
                onChange={(event) => put({ place: event.currentTarget.value as Place })}
              />
              <KeepRoom content={content} place={placement.place} selector={whole.selectors[0]} />
            </Card>
          )}
          <Card title="Pages">
            <PageFields pages={placement.pages} isTried={isTried} onChange={(pages) => put({ pages })} />
          </Card>
        </Stack>
        <Stack gap="md">
          <Card title="When and how often">
            <TriggerFields trigger={placement.trigger} problem={problems.trigger} onChange={(trigger) => put({ trigger })} />
            <TextInput
              label="Seconds to wait then"
              inputMode="numeric"
              value={Number.isNaN(placement.delayS) ? "" : String(placement.delayS)}
              error={problems.delayS}
              onChange={(event) => put({ delayS: numberOf(event.currentTarget.value) })}
              autoComplete="off"
              maw="12rem"
            />
            <FrequencyFields
              frequency={placement.frequency}
              problem={problems.frequency}
              onChange={(frequency) => put({ frequency })}
            />
          </Card>
          <Card title="On what and for whom">
            <fieldset className="hw-fieldset">
              <legend>Only on</legend>
              <Stack gap="xs">
                {DEVICES.map(({ value, label }) => (
                  <Checkbox
                    key={value}
                    label={label}
                    checked={placement.devices.includes(value)}
                    onChange={(event) => put({ devices: withDevice(placement.devices, value, event.currentTarget.checked) })}
                  />
                ))}
              </Stack>
              <Text size="sm" c="dimmed" mt={4}>
                None checked: on all.
              </Text>
            </fieldset>
            <TextInput
              label="Only in the languages"
              description="Of the browser, such as de, en-GB; de stands for de-AT too. Empty: in all."
              value={languages}
              onChange={(event) => onChange({ languages: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
          </Card>
        </Stack>
      </div>
      <Stack gap="sm" mt="md">
        <MeanwhileAlert what="save the placement" save={save} onTaken={onClose} />
        <Group gap="sm">
          <Button type="submit" loading={save.isPending}>
            Save placement
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Text size="sm" c="dimmed">
            It goes live when you publish.
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="hw-card" aria-label={title}>
      <h3 className="hw-heading">{title}</h3>
      <Stack gap="sm" mt="xs">
        {children}
      </Stack>
    </section>
  );
}

const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

function withDevice(devices: Device[], device: Device, isIn: boolean): Device[] {
  return isIn ? [...devices, device] : devices.filter((each) => each !== device);
}

type TriggerProps = { trigger: Trigger; problem?: string; onChange: (trigger: Trigger) => void };

function TriggerFields({ trigger, problem, onChange }: TriggerProps) {
  const start: Record<Trigger["on"], Trigger> = {
    load: { on: "load" },
    event: { on: "event", event: "" },
    click: { on: "click", selector: "" },
    manual: { on: "manual" },
  };
  return (
    <>
      <NativeSelect
        label="It begins"
        value={trigger.on}
        data={[
          { value: "load", label: "as soon as the page is there" },
          { value: "event", label: "at an event of the person" },
          { value: "click", label: "at a click in the page" },
          { value: "manual", label: "when the page or another content calls it" },
        ]}
        onChange={(event) => onChange(start[event.currentTarget.value as Trigger["on"]])}
      />
      {trigger.on === "event" && (
        <TextInput
          label="Event"
          placeholder="Ordered"
          value={trigger.event}
          error={problem}
          onChange={(event) => onChange({ on: "event", event: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      {trigger.on === "click" && (
        <TextInput
          label="Selector of what is clicked"
          placeholder="#help"
          value={trigger.selector}
          error={problem}
          onChange={(event) => onChange({ on: "click", selector: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </>
  );
}

type FrequencyProps = { frequency: Frequency; problem?: string; onChange: (frequency: Frequency) => void };

function FrequencyFields({ frequency, problem, onChange }: FrequencyProps) {
  return (
    <>
      <NativeSelect
        label="How often"
        value={frequency.kind}
        data={[
          { value: "always", label: "each time" },
          { value: "once", label: "once" },
          { value: "untilDismissed", label: "until it is dismissed" },
          { value: "times", label: "at most so many times" },
        ]}
        onChange={(event) => {
          const kind = event.currentTarget.value as Frequency["kind"];
          onChange(kind === "times" ? { kind, times: 3, days: 30 } : { kind });
        }}
      />
      {frequency.kind === "times" && (
        <Group gap="sm" align="flex-start">
          <TextInput
            label="Times"
            inputMode="numeric"
            value={Number.isNaN(frequency.times) ? "" : String(frequency.times)}
            error={problem}
            onChange={(event) => onChange({ ...frequency, times: numberOf(event.currentTarget.value) })}
            maw="8rem"
            autoComplete="off"
          />
          <TextInput
            label="within days"
            inputMode="numeric"
            value={Number.isNaN(frequency.days) ? "" : String(frequency.days)}
            error={problem !== undefined}
            onChange={(event) => onChange({ ...frequency, days: numberOf(event.currentTarget.value) })}
            maw="8rem"
            autoComplete="off"
          />
        </Group>
      )}
    </>
  );
}
