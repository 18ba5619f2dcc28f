/** The rest of a condition on a value: its name, the operator, and what it is compared with. */

import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import { TRAIT_NAMES, useTools } from "./Builder";
import { isDate, opChoices, PERSON_FIELDS, takesOf } from "./ops";
import { type TestNode, type ValueKind, withField, withOp } from "./tree";

type Props = { node: TestNode; name: string };

const NAMES = { trait: "name of the trait", groupTrait: "name of the group's trait", property: "name of the property" };

export function TestFields({ node, name }: Props) {
  const { change, fault } = useTools();
  const put = (part: Partial<TestNode>) => change(node.key, (each) => ({ ...(each as TestNode), ...part }));
  const isWrong = (field: string) => fault?.key === node.key && fault.field === field;
  return (
    <>
      {node.scope === "person" ? (
        <NativeSelect
          aria-label={`${name}: what of the person`}
          value={node.name}
          data={[...PERSON_FIELDS]}
          onChange={(event) => {
            const field = event.currentTarget.value;
            change(node.key, (each) => withField(each as TestNode, field));
          }}
        />
      ) : (
        <TextInput
          className="hw-rule-name"
          aria-label={`${name}: ${NAMES[node.scope]}`}
          placeholder={node.scope === "property" ? "property" : "trait, such as plan"}
          value={node.name}
          error={isWrong(node.scope)}
          list={node.scope === "trait" ? TRAIT_NAMES : undefined}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => put({ name: event.currentTarget.value })}
        />
      )}
      <NativeSelect
        aria-label={`${name}: operator`}
        value={node.op}
        error={isWrong("op")}
        data={opChoices(node)}
        onChange={(event) => {
          const op = event.currentTarget.value;
          change(node.key, (each) => withOp(each as TestNode, op));
        }}
      />
      <Value node={node} name={name} isWrong={isWrong("value")} put={put} />
    </>
  );
}

type ValueProps = Props & { isWrong: boolean; put: (part: Partial<TestNode>) => void };

function Value({ node, name, isWrong, put }: ValueProps) {
  const takes = takesOf(node.op);
  if (takes === "nothing") return null;
  if (takes === "scalar") return <Scalar node={node} name={name} isWrong={isWrong} put={put} />;
  if (takes === "list") return <List node={node} name={name} isWrong={isWrong} put={put} />;
  if (takes === "range") return <Range node={node} name={name} isWrong={isWrong} put={put} />;
  const field = (
    <TextInput
      className={takes === "text" || takes === "date" ? "hw-rule-value" : "hw-rule-number"}
      aria-label={`${name}: ${takes === "date" ? "date" : takes === "days" ? "days" : takes === "number" ? "number" : "text"}`}
      placeholder={takes === "date" ? "2026-01-31" : undefined}
      inputMode={takes === "number" || takes === "days" ? "decimal" : undefined}
      value={node.texts[0] ?? ""}
      error={isWrong}
      autoComplete="off"
      onChange={(event) => put({ texts: [event.currentTarget.value] })}
    />
  );
  if (takes !== "days") return field;
  return (
    <>
      {field}
      <span className="hw-rule-word">{node.op === "withinLastDays" ? "days" : "days ago"}</span>
    </>
  );
}

const SCALARS: { value: ValueKind; label: string }[] = [
  { value: "text", label: "text" },
  { value: "number", label: "number" },
  { value: "boolean", label: "true or false" },
];

function Scalar({ node, name, isWrong, put }: ValueProps) {
  return (
    <>
      <NativeSelect
        aria-label={`${name}: kind of value`}
        value={node.kind}
        data={SCALARS}
        onChange={(event) => {
          const kind = event.currentTarget.value as ValueKind;
          put({ kind, texts: [kind === "boolean" ? "true" : node.kind === "boolean" ? "" : (node.texts[0] ?? "")] });
        }}
      />
      {node.kind === "boolean" ? (
        <NativeSelect
          aria-label={`${name}: value`}
          value={node.texts[0]}
          data={["true", "false"]}
          onChange={(event) => put({ texts: [event.currentTarget.value] })}
        />
      ) : (
        <TextInput
          className={node.kind === "number" ? "hw-rule-number" : "hw-rule-value"}
          aria-label={`${name}: value`}
          inputMode={node.kind === "number" ? "decimal" : undefined}
          value={node.texts[0] ?? ""}
          error={isWrong}
          autoComplete="off"
          onChange={(event) => put({ texts: [event.currentTarget.value] })}
        />
      )}
    </>
  );
}

const LISTS: { value: ValueKind; label: string }[] = [
  { value: "text", label: "texts" },
  { value: "number", label: "numbers" },
  { value: "mixed", label: "values as JSON" },
];

function List({ node, name, isWrong, put }: ValueProps) {
  return (
    <>
      <NativeSelect
        aria-label={`${name}: kind of values`}
        value={node.kind}
        data={node.kind === "boolean" ? [...LISTS, { value: "boolean", label: "true or false" }] : LISTS}
        onChange={(event) => put({ kind: event.currentTarget.value as ValueKind })}
      />
      <Textarea
        className="hw-rule-value"
        aria-label={`${name}: values, one a line`}
        placeholder="one a line"
        autosize
        minRows={2}
        maxRows={8}
        value={node.texts.join("\n")}
        error={isWrong}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => put({ texts: event.currentTarget.value.split("\n") })}
      />
    </>
  );
}

function Range({ node, name, isWrong, put }: ValueProps) {
  const [low = "", high = ""] = node.texts;
  const isOfDates = node.kind === "text";
  return (
    <>
      {!isDate(node.scope, node.name) && (
        <NativeSelect
          aria-label={`${name}: kind of values`}
          value={isOfDates ? "text" : "number"}
          data={[
            { value: "number", label: "numbers" },
            { value: "text", label: "dates" },
          ]}
          onChange={(event) => put({ kind: event.currentTarget.value as ValueKind })}
        />
      )}
      <TextInput
        className={isOfDates ? "hw-rule-date" : "hw-rule-number"}
        aria-label={`${name}: from`}
        placeholder={isOfDates ? "2026-01-01" : undefined}
        value={low}
        error={isWrong}
        autoComplete="off"
        onChange={(event) => put({ texts: [event.currentTarget.value, high] })}
      />
      <span className="hw-rule-word">and</span>
      <TextInput
        className={isOfDates ? "hw-rule-date" : "hw-rule-number"}
        aria-label={`${name}: to`}
        placeholder={isOfDates ? "2026-01-31" : undefined}
        value={high}
        error={isWrong}
        autoComplete="off"
        onChange={(event) => put({ texts: [low, event.currentTarget.value] })}
      />
    </>
  );
}
