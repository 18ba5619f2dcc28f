/** The settings of the chosen block, made from the table of blocks. */

import { Checkbox, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { Control, Wrong } from "./Controls";
import { type Block, BLOCKS, type ComponentEntry, type ComponentProp, type Problem, type Props } from "./model";
import { defaultLabel, nameOf } from "./names";
import type { Found } from "./tree";
import type { Tools } from "./useEditing";

type Given = {
  found: Found | null;
  contentName: string;
  components: readonly ComponentEntry[];
  variables: readonly string[];
  problems: readonly Problem[];
  readOnly: boolean;
  tools: Tools;
};

export function Properties({ found, contentName, components, variables, problems, readOnly, tools }: Given) {
  if (!found) {
    return <Text size="sm">Choose a block in the canvas or in the outline: its settings show here.</Text>;
  }
  const { block, path } = found;
  const mine = problems.filter(({ nodeId }) => nodeId === block.id);
  const fields = BLOCKS[block.type].fields.filter(({ when }) => when?.(block.props) ?? true);
  const set = (props: Props) => tools.change(block.id, props);
  const rest = mine.filter(({ field }) => !fields.some(({ name }) => name === nameIn(field)));
  return (
    <Stack gap="sm" key={block.id} data-settings={block.id}>
      <h3 className="hw-studio-title"><bdi>{nameOf(block, components)}</bdi></h3>
      {path.length > 0 && (
        <ol className="hw-within" aria-label="Within">
          {path.map((each) => (
            <li key={each.id}>
              <button type="button" onClick={() => tools.choose(each.id)}>
                <bdi>{nameOf(each, components)}</bdi>
              </button>{" "}
              <span aria-hidden="true">›</span>
            </li>
          ))}
        </ol>
      )}
      {rest.map((problem) => (
        <Told key={problem.code + problem.message} problem={problem} />
      ))}
      {fields.length === 0 && <Text size="sm">It has no settings.</Text>}
      {fields.map((field) =>
        field.kind === "given" ? (
          <ComponentProps key={field.name} block={block} components={components} readOnly={readOnly} onChange={set} />
        ) : (
          <Control
            key={field.name}
            field={field}
            props={block.props}
            variables={variables}
            readOnly={readOnly}
            error={mine.find((each) => nameIn(each.field) === field.name)?.message}
            placeholder={field.kind === "label" ? defaultLabel(block, contentName, components) : undefined}
            inForm={path.some(({ type }) => type === "form")}
            onChange={set}
          />
        ),
      )}
    </Stack>
  );
}

/** `actions[0].href` is said at the actions. */
const nameIn = (field: string | null | undefined): string => /^(?:props\.)?(\w+)/.exec(field ?? "")?.[1] ?? "";

export function Told({ problem }: { problem: Problem }) {
  return (
    <Wrong>
      {problem.severity === "warning" ? "Look again: " : ""}
      {problem.message}
    </Wrong>
  );
}

type ComponentGiven = {
  block: Block;
  components: readonly ComponentEntry[];
  readOnly: boolean;
  onChange: (props: Props) => void;
};

/** What the host's component is fed with: a control for each prop of the manifest. */
function ComponentProps({ block, components, readOnly, onChange }: ComponentGiven) {
  const entry = components.find(({ name }) => name === block.props.name);
  const given = (typeof block.props.props === "object" ? block.props.props : {}) as Props;
  if (!entry) {
    return (
      <Text size="sm">
        The workspace describes no component “{String(block.props.name ?? "")}”. Describe it under Settings, or choose another
        block.
      </Text>
    );
  }
  if (entry.props.length === 0) return <Text size="sm">The component takes no settings.</Text>;
  return entry.props.map((prop) => (
    <ComponentControl
      key={prop.name}
      prop={prop}
      value={given[prop.name]}
      readOnly={readOnly}
      onChange={(value) => onChange({ props: without({ ...given, [prop.name]: value }) })}
    />
  ));
}

const without = (props: Props): Props =>
  Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));

type ControlGiven = { prop: ComponentProp; value: unknown; readOnly: boolean; onChange: (value: unknown) => void };

function ComponentControl({ prop, value, readOnly, onChange }: ControlGiven) {
  const label = prop.title || prop.name;
  if (prop.type === "boolean") {
    return (
      <Checkbox
        label={label}
        disabled={readOnly}
        checked={(value ?? prop.default) === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (prop.type === "choice") {
    const chosen = String(value ?? prop.default ?? "");
    const options = prop.options ?? [];
    return (
      <NativeSelect
        label={label}
        disabled={readOnly}
        value={chosen}
        data={options.includes(chosen) ? options : [{ value: chosen, label: chosen || "None" }, ...options]}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      />
    );
  }
  const isNumber = prop.type === "number";
  return (
    <TextInput
      label={label}
      type={isNumber ? "number" : "text"}
      readOnly={readOnly}
      autoComplete="off"
      value={typeof value === "string" || typeof value === "number" ? value : ""}
      placeholder={prop.default === undefined ? undefined : String(prop.default)}
      onChange={(event) => {
        const { value: text, valueAsNumber } = event.currentTarget;
        onChange(text === "" ? undefined : isNumber ? valueAsNumber : text);
      }}
    />
  );
}
