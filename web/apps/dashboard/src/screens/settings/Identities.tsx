/** Settings > Signed identities: whether user ids must come signed, the secrets, and who would fail. */

import { Button, Group, Radio, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import {
  changeWorkspace,
  createIdentitySecret,
  removeIdentitySecret,
  resetIdentityReport,
  type WorkspaceGiven,
} from "../../api/people";
import { identityReportQuery, identitySecretsQuery } from "../../api/peopleQueries";
import { sourcesQuery, workspaceQuery } from "../../api/queries";
import type { IdentityReport, IdentitySecret, Verification } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Dialog } from "../../parts/Dialog";
import { Removal } from "../../parts/Removal";
import { Shown } from "../../parts/Shown";
import { Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { Page } from "../../shell/Page";
import { Sections } from "./Sections";
import { whoIsUnproven } from "./unproven";

export function Identities() {
  const { data, error, isPending, refetch } = useQuery(workspaceQuery);
  return (
    <Page
      title="Signed identities"
      lead="A page can claim to be anybody. With a signature of your back end beside the user id, nobody can pose as another."
    >
      <Sections />
      {isPending ? (
        <Loading what="the workspace" />
      ) : error && !data ? (
        <Failed what="read the workspace" error={error} retry={() => void refetch()} />
      ) : (
        <div className="hw-two">
          <Stack gap="lg">
            <Choice value={data.identityVerification} />
            <Report value={data.identityVerification} />
          </Stack>
          <Secrets value={data.identityVerification} />
        </div>
      )}
    </Page>
  );
}

const CHOICES: { value: Verification; label: string; meaning: string }[] = [
  { value: "off", label: "Off", meaning: "Every user id is believed." },
  {
    value: "observe",
    label: "Observe",
    meaning: "Every user id is believed, and those without a right signature stand in the report. Begin with this.",
  },
  {
    value: "require",
    label: "Require",
    meaning:
      "What a page says of a user id without a right signature is refused, and shows nothing of that user. Back ends, which send with a secret key, need none.",
  },
];

function Choice({ value }: { value: Verification }) {
  const [isAsking, setAsking] = useState(false);
  const { data: secrets } = useQuery(identitySecretsQuery);
  const change = useMutation({
    mutationFn: (body: WorkspaceGiven) => changeWorkspace(body),
    onSuccess: (saved) => {
      queryClient.setQueryData(workspaceQuery.queryKey, saved);
      void queryClient.invalidateQueries({ queryKey: ["identity-report"] });
      setAsking(false);
    },
  });
  const choose = (wanted: Verification) => {
    if (wanted === "require") setAsking(true);
    else change.mutate({ identityVerification: wanted });
  };
  const shown = (change.isPending && change.variables.identityVerification) || value;
  return (
    <section className="hw-card" aria-labelledby="verification">
      <Title order={2} id="verification" mb="xs">
        Do user ids have to be signed?
      </Title>
      <Radio.Group aria-labelledby="verification" value={shown} onChange={(each) => choose(each as Verification)}>
        <Stack gap="sm">
          {CHOICES.map(({ value: each, label, meaning }) => (
            <Radio key={each} value={each} label={label} description={meaning} />
          ))}
        </Stack>
      </Radio.Group>
      <Text size="sm" role="status" mt="xs">
        {change.isSuccess && !isAsking ? "Saved." : ""}
      </Text>
      {change.error && !isAsking && <Failed what="change it" error={change.error} />}
      <Dialog title="Require signatures?" isOpen={isAsking} onClose={() => setAsking(false)}>
        <Text size="sm" mb="sm">
          From then on, what pages say of a user id without a right signature is refused. Look at the report first: what
          it shows as missing or wrong will fail.
        </Text>
        {secrets?.data.length === 0 && (
          <Text size="sm" mb="sm" fw={600}>
            There is no secret yet. Make one first: without it every user id from a page would be refused.
          </Text>
        )}
        {change.error && <Failed what="change it" error={change.error} />}
        <Group gap="sm">
          <Button
            disabled={secrets?.data.length === 0}
            loading={change.isPending}
            onClick={() => change.mutate({ identityVerification: "require" })}
          >
            Require signatures
          </Button>
          <Button variant="default" onClick={() => setAsking(false)}>
            Leave it
          </Button>
        </Group>
      </Dialog>
    </section>
  );
}

const sample = `# Python
import hashlib, hmac
signature = hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()

// Node
const signature = crypto.createHmac("sha256", secret).update(userId).digest("hex");

// In the page
headwater.init({ clientToken, userId, hmac: signature });`;

/** What comes of a user id without a right signature. */
const WITHOUT: Record<Verification, string> = {
  off: "Signatures are not asked for just now, so pages stay as they are.",
  observe: "User ids that come with one are believed still, and stand in the report.",
  require: "User ids that come with one are refused, and pages show nothing of these users.",
};

function Secrets({ value }: { value: Verification }) {
  const { data, error, isPending, refetch } = useQuery(identitySecretsQuery);
  const [name, setName] = useState("");
  const [leaving, setLeaving] = useState<IdentitySecret | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["identity-secrets"] });
  const create = useOnce({
    mutationFn: () => createIdentitySecret(name.trim()),
    onSuccess: () => {
      setName("");
      return refresh();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") create.mutate();
  }
  return (
    <section className="hw-card" aria-labelledby="secrets">
      <Title order={2} id="secrets" mb="xs">
        Secrets
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Your back end signs user ids with one of them. All of them count, so that one can take over from another.
      </Text>
      {isPending ? (
        <Loading what="the secrets" lines={1} />
      ) : error && !data ? (
        <Failed what="read the secrets" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <Text size="sm" mb="sm">
          No secret yet.
        </Text>
      ) : (
        <ul className="hw-events" aria-label="Identity secrets" style={{ marginBlockEnd: "0.75rem" }}>
          {data.data.map((secret) => (
            <li key={secret.id} className="hw-listed">
              <span style={{ flex: "1 1 8rem" }}>
                <strong>{secret.name}</strong>{" "}
                <span className="hw-event-who">
                  <When at={secret.createdAt} />
                </span>
              </span>
              <Button size="compact-sm" variant="default" onClick={() => setLeaving(secret)}>
                Remove
                <span className="hw-sr">&nbsp;{secret.name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={submit}>
        <Group gap="sm" align="flex-end">
          <TextInput
            label="Name of a new secret"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
            style={{ flex: "1 1 10rem", minWidth: 0 }}
          />
          <Button type="submit" variant="default" loading={create.isPending} disabled={name.trim() === ""}>
            Create secret
          </Button>
        </Group>
      </form>
      {create.data && (
        <div role="status" style={{ marginBlockStart: "0.75rem" }}>
          <Text size="sm">Copy it now: it is shown this once. Keep it in your back end, never in a page.</Text>
          <CodeBlock code={create.data.key} what="identity secret" wrap />
        </div>
      )}
      {create.error && <Failed what="create the secret" error={create.error} />}
      <details style={{ marginBlockStart: "1rem" }}>
        <summary>How to sign</summary>
        <Text size="sm" my="xs">
          The signature is the HMAC-SHA256 of the user id with the secret as key, in hex.
        </Text>
        <CodeBlock code={sample} what="how to sign a user id" />
      </details>
      <Removal
        thing={leaving}
        what="the secret"
        title={`Remove the secret ${leaving?.name ?? ""}?`}
        remove={async (secret) => {
          await removeIdentitySecret(secret.id);
          await refresh();
        }}
        onClose={() => setLeaving(null)}
      >
        <Text size="sm">
          A signature that was made with it is a wrong one from now on. {WITHOUT[value]} It cannot be taken back: the
          same secret never comes again.
        </Text>
        {data?.data.length === 1 && (
          <Text size="sm" fw={600}>
            {value === "require"
              ? "It is the last secret, and signatures are required: every user id from a page will be refused. Make another secret first, or choose Observe."
              : "It is the last secret: no user id from a page will be rightly signed until there is another."}
          </Text>
        )}
      </Removal>
    </section>
  );
}

function Report({ value }: { value: Verification }) {
  const { data, error, isPending, refetch } = useQuery({ ...identityReportQuery, enabled: value !== "off" });
  const reset = useMutation({
    mutationFn: resetIdentityReport,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["identity-report"] }),
  });
  return (
    <section className="hw-card" aria-labelledby="report">
      <Title order={2} id="report" mb="xs">
        {value === "require" ? "Who fails" : "Who would fail"}
      </Title>
      {value === "off" ? (
        <Text size="sm">Choose Observe, and it stands here who comes without a right signature.</Text>
      ) : isPending ? (
        <Loading what="the report" lines={2} />
      ) : error && !data ? (
        <Failed what="read the report" error={error} retry={() => void refetch()} />
      ) : data.doors.length === 0 ? (
        <Text size="sm" role="status">
          No user id has come from a page since it was switched on.
        </Text>
      ) : (
        <>
          <Doors report={data} />
          <Newest report={data} />
          <Button size="compact-sm" variant="default" mt="sm" loading={reset.isPending} onClick={() => reset.mutate()}>
            Begin the report anew
          </Button>
          {reset.error && <Failed what="begin it anew" error={reset.error} />}
        </>
      )}
    </section>
  );
}

function Doors({ report }: { report: IdentityReport }) {
  const { data: sources } = useQuery(sourcesQuery);
  const nameOf = (id: string) => sources?.data.find((each) => each.id === id)?.name ?? id;
  return (
    <table className="hw-table hw-stack">
      <caption className="hw-sr">User ids by door</caption>
      <thead>
        <tr>
          <th scope="col">Door</th>
          <th scope="col">Signed</th>
          <th scope="col">No signature</th>
          <th scope="col">Wrong signature</th>
        </tr>
      </thead>
      <tbody>
        {report.doors.map(({ door, since, proven, missing, wrong }) => (
          <tr key={door}>
            <th scope="row">
              {door === "bootstrap" ? (
                "Segments asked for by pages"
              ) : (
                <Link to="/sources/$id" params={{ id: door }} className="hw-link">
                  {nameOf(door)}
                </Link>
              )}{" "}
              <span className="hw-event-who">
                since <When at={since} />
              </span>
            </th>
            <td data-label="Signed">{proven.toLocaleString("en")}</td>
            <td data-label="No signature">{missing.toLocaleString("en")}</td>
            <td data-label="Wrong signature">{wrong.toLocaleString("en")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SHOWN = 20;

function Newest({ report }: { report: IdentityReport }) {
  if (report.newest.length === 0) return <Text size="sm">{whoIsUnproven(report)}</Text>;
  return (
    <>
      <Title order={3} mt="md" mb={4}>
        The latest
      </Title>
      <ul className="hw-events" aria-label="User ids without a right signature">
        {report.newest.slice(0, SHOWN).map(({ userId, door, reason, at, times }) => (
          <li key={`${door} ${userId} ${reason}`} className="hw-listed">
            <span className="hw-mono" style={{ flex: "1 1 8rem" }}>
              <Shown text={userId} />
            </span>
            <span>{reason === "wrong" ? "wrong signature" : "no signature"}</span>
            <span className="hw-event-who">
              {times > 1 && `${times} times, `}
              <When at={at} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
