/** What went wrong with saving; and where somebody else was faster, what theirs is, with the choice between the two. */

import { Alert, Button, Group, Text } from "@mantine/core";
import type { Content } from "../../api/contentTypes";
import { Failed } from "../../parts/States";
import { When } from "../../parts/When";
import { WarningIcon } from "../../shell/icons";
import { written } from "../../words/exact";
import { keepContent } from "./keep";
import { isSame } from "./same";
import { type ContentSave, Meanwhile } from "./useContentChange";

type Props = {
  what: string;
  save: ContentSave;
  /** Ours is given up: what is there now is shown. */
  onTaken: () => void;
};

export function MeanwhileAlert({ what, save, onTaken }: Props) {
  const { error } = save;
  if (!error) return null;
  if (!(error instanceof Meanwhile)) return <Failed what={what} error={error} />;
  const { theirs } = error;
  const mine = save.variables?.change ?? {};
  const names = (Object.keys(mine) as (keyof typeof mine & keyof Content)[]).filter(
    (name) => !isSame(theirs[name], mine[name]),
  );
  return (
    <Alert color="amber" variant="outline" icon={<WarningIcon />} role="alert" title={`${theirs.updatedBy} was faster`}>
      <Text size="sm" mb="xs">
        This content was changed <When at={theirs.updatedAt} />, and yours is not saved yet.{" "}
        {names.length === 0 ? "What you would save is what is there." : "What differs:"}
      </Text>
      {names.map((name) => (
        <div key={name} className="hw-exchange">
          <Text size="sm" component="div">
            <strong>{name}, theirs</strong>
            <pre className="hw-code hw-code-wrap">{shown(theirs[name])}</pre>
          </Text>
          <Text size="sm" component="div">
            <strong>{name}, yours</strong>
            <pre className="hw-code hw-code-wrap">{shown(mine[name])}</pre>
          </Text>
        </div>
      ))}
      <Group gap="sm" mt="sm">
        <Button
          size="compact-sm"
          onClick={() => {
            save.reset();
            void keepContent(theirs).then(onTaken);
          }}
        >
          Take theirs
        </Button>
        <Button
          size="compact-sm"
          variant="outline"
          color="brick"
          onClick={() => save.mutate({ change: mine, revision: theirs.revision })}
        >
          Overwrite with mine
        </Button>
      </Group>
    </Alert>
  );
}

const shown = (value: unknown): string => (typeof value === "string" ? value : written(value, 2));
