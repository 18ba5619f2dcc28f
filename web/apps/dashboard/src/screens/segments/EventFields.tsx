/** The rest of a condition on events: its name, how often, in which time, and which properties they had. */

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { PlusIcon } from "../../shell/icons";
import { Problem, Remove, useTools } from "./Builder";
import { TestFields } from "./TestFields";
import { type Bound, type EventNode, newTest, type TestNode } from "./tree";

type Props = { node: EventNode; name: string };

const BOUNDS: { value: Bound; label: string }[] = [
  { value: "atLeast", label: "at least" },
  { value: "atMost", label: "at most" },
  { value: "exactly", label: "exactly" },
  { value: "between", label: "from" },
];

export function EventFields({ node, name }: Props) {
  const { change, fault } = useTools();
  const put = (part: Partial<EventNode>) => change(node.key, (each) => ({ ...(each as EventNode), ...part }));
  const isWrong = (field: string) => fault?.key === node.key && fault.field === field;
  const needsProperty = () => {
    const made = newTest("property");
    change(node.key, (each) => ({ ...(each as EventNode), where: [...(each as EventNode).where, made] }), {
      node: made.key,
    });
  };
  const isFirstHigh = node.bound === "atMost";
  return (
    <>
      <NativeSelect
        aria-label={`${name}: done or not`}
        value={node.negated ? "not" : "did"}
        data={[
          { value: "did", label: "was done" },
          { value: "not", label: "was not done" },
        ]}
        onChange={(event) => put({ negated: event.currentTarget.value === "not" })}
      />
      <TextInput
        className="hw-rule-name"
        aria-label={`${name}: name of the event`}
        placeholder="event, such as Ordered"
        value={node.event}
        error={isWrong("event")}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => put({ event: event.currentTarget.value })}
      />
      <NativeSelect
        aria-label={`${name}: how often is counted`}
        value={node.bound}
        data={BOUNDS}
        onChange={(event) => put({ bound: event.currentTarget.value as Bound })}
      />
      <TextInput
        className="hw-rule-count"
        aria-label={`${name}: ${node.bound === "between" ? "fewest times" : "times"}`}
        inputMode="numeric"
        value={isFirstHigh ? node.high : node.low}
        error={isWrong("count")}
        autoComplete="off"
        onChange={(event) => put(isFirstHigh ? { high: event.currentTarget.value } : { low: event.currentTarget.value })}
      />
      {node.bound === "between" && (
        <>
          <span className="hw-rule-word">to</span>
          <TextInput
            className="hw-rule-count"
            aria-label={`${name}: most times`}
            inputMode="numeric"
            value={node.high}
            error={isWrong("count")}
            autoComplete="off"
            onChange={(event) => put({ high: event.currentTarget.value })}
          />
        </>
      )}
      <span className="hw-rule-word">times, in the last</span>
      <TextInput
        className="hw-rule-count"
        aria-label={`${name}: within how many days; empty is ever`}
        placeholder="all"
        inputMode="decimal"
        value={node.days}
        error={isWrong("withinDays")}
        autoComplete="off"
        onChange={(event) => put({ days: event.currentTarget.value })}
      />
      <span className="hw-rule-word">days</span>
      {node.where.length > 0 && (
        <ol className="hw-rule-list hw-rule-where" aria-label={`${name}: its properties`}>
          {node.where.map((each, index) => (
            <li key={each.key}>
              <Property node={each} name={`${name}, property ${index + 1}`} parent={node.key} />
            </li>
          ))}
        </ol>
      )}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<PlusIcon size={14} />}
        data-adder={node.key}
        onClick={needsProperty}
      >
        Where property
        <span className="hw-sr">&nbsp;of {name.toLowerCase()}</span>
      </Button>
    </>
  );
}

function Property({ node, name, parent }: { node: TestNode; name: string; parent: number }) {
  const { fault } = useTools();
  return (
    <div role="group" aria-label={name} data-node={node.key}>
      <div className="hw-rule-line">
        <span className="hw-rule-word">where</span>
        <TestFields node={node} name={name} />
        <Remove what={name} node={node} parent={parent} isShort />
      </div>
      {fault?.key === node.key && <Problem>{fault.message}</Problem>}
    </div>
  );
}
