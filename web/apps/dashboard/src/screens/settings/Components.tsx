/** Settings > Components: those of your own pages that authors may use, with the props that they may set. */

import "../content/studio.css";
import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { queryClient } from "../../api/cache";
import { putComponents } from "../../api/content";
import { componentsQuery } from "../../api/contentQueries";
import type { ComponentEntry, ComponentProp, Components } from "../../api/contentTypes";
import { ApiError } from "../../api/errors";
import { CodeBlock } from "../../parts/CodeBlock";
import { Dialog } from "../../parts/Dialog";
import { Removal } from "../../parts/Removal";
import { Failed, Loading } from "../../parts/States";
import { PencilIcon, PlusIcon, TrashIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { isObject } from "../../words/exact";
import { registration } from "./registration";
import { Sections } from "./Sections";

type Opened = { entry: ComponentEntry; index: number | null };

const NEW: ComponentEntry = { name: "", kind: "element", tag: "", title: "", props: [] };

export function Components() {
  const { data, error, isPending, refetch } = useQuery(componentsQuery);
  const [open, setOpen] = useState<Opened | null>(null);
  return (
    <Page
      title="Components"
      lead="Parts of your own pages that content may hold: custom elements and React components, fed with props."
      actions={
        <Button leftSection={<PlusIcon />} disabled={!data} onClick={() => setOpen({ entry: NEW, index: null })}>
          Add component
        </Button>
      }
    >
      <Sections />
      {isPending ? (
        <Loading what="the components" />
      ) : error && !data ? (
        <Failed what="load the components" error={error} retry={() => void refetch()} />
      ) : (
        <>
          <List all={data} onOpen={setOpen} />
          <Dialog
            title={open?.index === null ? "Add a component" : `Change ${open?.entry.title ?? ""}`}
            isOpen={open !== null}
            onClose={() => setOpen(null)}
            size="xl"
          >
            {open && <Form all={data} opened={open} onClose={() => setOpen(null)} />}
          </Dialog>
        </>
      )}
    </Page>
  );
}

/** What somebody else changed meanwhile is never overwritten unseen: the list is read again, and the author told. */
function usePut(onDone: () => void) {
  return useMutation({
    mutationFn: async (wanted: Components) => {
      try {
        return await putComponents(wanted);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "changed_meanwhile") throw error;
        await queryClient.invalidateQueries(componentsQuery);
        const who = isObject(error.details) ? String(error.details.updatedBy) : "Somebody";
        throw new Error(
          `${who} changed the components meanwhile. They have been read again and nothing of yours is saved yet: look at ` +
            "the list, then do it once more.",
        );
      }
    },
    onSuccess: (saved) => {
      queryClient.setQueryData(componentsQuery.queryKey, saved);
      onDone();
    },
  });
}

function List({ all, onOpen }: { all: Components; onOpen: (opened: Opened) => void }) {
  const entries = all.components;
  const [leaving, setLeaving] = useState<ComponentEntry | null>(null);
  const remove = usePut(() => undefined);
  if (entries.length === 0) {
    return (
      <div className="hw-card">
        <Text>No component yet.</Text>
        <Text c="dimmed" size="sm">
          Add one by its name and the props that authors may set; your pages register it under the same name.
        </Text>
      </div>
    );
  }
  return (
    <Stack gap="lg">
      <ul className="hw-events" aria-label="Components">
        {entries.map((entry, index) => (
          <li key={entry.name} className="hw-listed">
            <span style={{ flex: "1 1 16rem", minWidth: 0 }}>
              <strong>{entry.title}</strong> <span className="hw-mono">{entry.name}</span>
              <br />
              <span className="hw-aside">
                {entry.kind === "element" ? `custom element <${entry.tag}>` : "React component"};{" "}
                {entry.props.length === 0 ? "no props" : `props ${entry.props.map(({ name }) => name).join(", ")}`}
              </span>
            </span>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<PencilIcon size={14} />}
              onClick={() => onOpen({ entry, index })}
            >
              Change
              <span className="hw-sr">&nbsp;{entry.title}</span>
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<TrashIcon size={14} />}
              onClick={() => setLeaving(entry)}
            >
              Delete
              <span className="hw-sr">&nbsp;{entry.title}</span>
            </Button>
          </li>
        ))}
      </ul>
      <Removal
        thing={leaving}
        what="the component"
        act="Delete"
        title={`Delete the component ${leaving?.title ?? ""}?`}
        remove={({ name }) => remove.mutateAsync({ ...all, components: entries.filter((each) => each.name !== name) })}
        onClose={() => setLeaving(null)}
      >
        <Text size="sm">
          Authors can no longer put it into content, and content that holds it can no longer be published. Your pages stay
          as they are.
        </Text>
      </Removal>
      <section aria-labelledby="register">
        <h2 id="register" className="hw-heading">
          In your pages
        </h2>
        <Text size="sm" mb="sm">
          Give the components to init under the same names. Custom elements need nothing but to be defined.
        </Text>
        <CodeBlock code={registration(entries)} what="registration of the components" />
      </section>
    </Stack>
  );
}

type FormProps = { all: Components; opened: Opened; onClose: () => void };

function Form({ all, opened, onClose }: FormProps) {
  const [entry, setEntry] = useState(opened.entry);
  const [isTried, setTried] = useState(false);
  const save = usePut(onClose);
  const form = useRef<HTMLFormElement>(null);
  const put = (part: Partial<ComponentEntry>) => setEntry((before) => ({ ...before, ...part }));
  const empty = (text: string | undefined, what: string) => (isTried && !text?.trim() ? what : undefined);
  function submit(event: FormEvent) {
    event.preventDefault();
    // Drawn at once, so that what is wrong is marked as such when the focus goes there.
    flushSync(() => setTried(true));
    const isShort = !entry.name.trim() || !entry.title.trim() || (entry.kind === "element" && !entry.tag?.trim());
    if (isShort) return form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    const { tag, ...rest } = entry;
    const whole = entry.kind === "element" ? { ...rest, tag } : rest;
    save.mutate({ ...all, components: withEntry(all.components, opened, whole) });
  }
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Title"
          description="As authors see it."
          required
          value={entry.title}
          error={empty(entry.title, "Give it a title.")}
          onChange={(event) => put({ title: event.currentTarget.value })}
          autoComplete="off"
          data-autofocus
        />
        <TextInput
          label="Name"
          description="Under which your pages register it. Designs keep it: another name is another component."
          required
          value={entry.name}
          error={empty(entry.name, "Give it a name.")}
          onChange={(event) => put({ name: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        <NativeSelect
          label="It is a"
          value={entry.kind}
          data={[
            { value: "element", label: "custom element" },
            { value: "react", label: "React component" },
          ]}
          onChange={(event) => put({ kind: event.currentTarget.value as ComponentEntry["kind"] })}
        />
        {entry.kind === "element" && (
          <TextInput
            label="Tag"
            placeholder="acme-rating"
            required
            value={entry.tag ?? ""}
            error={empty(entry.tag, "Give its tag, such as acme-rating.")}
            onChange={(event) => put({ tag: event.currentTarget.value })}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <PropFields props={entry.props} onChange={(props) => put({ props })} />
        {save.error && <Failed what="save the component" error={save.error} />}
        <Group gap="sm">
          <Button type="submit" loading={save.isPending}>
            Save component
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** In the place of the one that was opened; at the end, where that is new or somebody else deleted it. */
function withEntry(entries: ComponentEntry[], opened: Opened, entry: ComponentEntry): ComponentEntry[] {
  const at = opened.index === null ? -1 : entries.findIndex(({ name }) => name === opened.entry.name);
  return at < 0 ? [...entries, entry] : entries.with(at, entry);
}

const TYPES: { value: ComponentProp["type"]; label: string }[] = [
  { value: "string", label: "text" },
  { value: "number", label: "number" },
  { value: "boolean", label: "yes or no" },
  { value: "choice", label: "choice" },
];

function PropFields({ props, onChange }: { props: ComponentProp[]; onChange: (props: ComponentProp[]) => void }) {
  const whole = useRef<HTMLFieldSetElement>(null);
  const next = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (next.current) whole.current?.querySelector<HTMLElement>(next.current)?.focus();
    next.current = null;
  }, [props.length]);
  const put = (at: number, prop: ComponentProp) => onChange(props.map((each, index) => (index === at ? prop : each)));
  return (
    <fieldset className="hw-fieldset" ref={whole}>
      <legend>Props that authors may set</legend>
      <ol className="hw-rule-list">
        {props.map((prop, index) => (
          <li key={index}>
            <PropLine prop={prop} index={index} onChange={(changed) => put(index, changed)}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove prop ${index + 1}`}
                onClick={() => {
                  next.current = "[data-add]";
                  onChange(props.filter((_, at) => at !== index));
                }}
              >
                <TrashIcon size={15} />
              </ActionIcon>
            </PropLine>
          </li>
        ))}
      </ol>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<PlusIcon size={14} />}
        data-add
        mt={props.length > 0 ? "xs" : 0}
        onClick={() => {
          next.current = `[data-prop="${props.length}"] input`;
          onChange([...props, { name: "", type: "string" }]);
        }}
      >
        Add prop
      </Button>
    </fieldset>
  );
}

type PropProps = {
  prop: ComponentProp;
  index: number;
  onChange: (prop: ComponentProp) => void;
  children: React.ReactNode;
};

function PropLine({ prop, index, onChange, children }: PropProps) {
  const name = `Prop ${index + 1}`;
  const [options, setOptions] = useState((prop.options ?? []).join(", "));
  return (
    <div className="hw-rule-line hw-rule-condition" role="group" aria-label={name} data-prop={index}>
      <TextInput
        className="hw-rule-name"
        aria-label={`${name}: name`}
        placeholder="name"
        value={prop.name}
        onChange={(event) => onChange({ ...prop, name: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
      />
      <NativeSelect
        aria-label={`${name}: type`}
        value={prop.type}
        data={TYPES}
        onChange={(event) => onChange(ofType(prop, event.currentTarget.value as ComponentProp["type"], options))}
      />
      {prop.type === "choice" && (
        <TextInput
          className="hw-rule-value"
          aria-label={`${name}: options, with commas between`}
          placeholder="small, large"
          value={options}
          onChange={(event) => {
            setOptions(event.currentTarget.value);
            onChange({ ...prop, options: optionsOf(event.currentTarget.value) });
          }}
          autoComplete="off"
        />
      )}
      <TextInput
        className="hw-rule-value"
        aria-label={`${name}: value at first`}
        placeholder={prop.type === "boolean" ? "true or false" : "value at first"}
        value={prop.default === undefined ? "" : String(prop.default)}
        onChange={(event) => onChange(withDefault(prop, event.currentTarget.value))}
        autoComplete="off"
      />
      {children}
    </div>
  );
}

const optionsOf = (text: string) => [...new Set(text.split(",").map((each) => each.trim()).filter(Boolean))];

function ofType(prop: ComponentProp, type: ComponentProp["type"], options: string): ComponentProp {
  const { options: _, default: __, ...rest } = prop;
  return type === "choice" ? { ...rest, type, options: optionsOf(options) } : { ...rest, type };
}

/** As the type has it; what does not fit stays text, which the server refuses with a sentence. */
function withDefault(prop: ComponentProp, text: string): ComponentProp {
  const { default: _, ...rest } = prop;
  if (text === "") return rest;
  if (prop.type === "number" && Number.isFinite(Number(text)) && !text.endsWith(".")) return { ...rest, default: Number(text) };
  if (prop.type === "boolean" && (text === "true" || text === "false")) return { ...rest, default: text === "true" };
  return { ...rest, default: text };
}
