/** Sign-in by one-time link: `/sign-in#token=…`. The token is in the fragment, so no server log ever holds it. */

import { Alert, Button, Code, Loader, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { queryClient } from "../../api/cache";
import { signIn } from "../../api/calls";
import { Page } from "../../shell/Page";
import { Footer } from "../../shell/Shell";
import { Wordmark } from "../../shell/Wordmark";
import { tokenFromLink } from "./token";

const route = getRouteApi("/sign-in");

export function SignIn() {
  const router = useRouter();
  const { next } = route.useSearch();
  const enter = useMutation({
    mutationFn: signIn,
    onSuccess: async () => {
      queryClient.clear();
      router.history.replace(next?.startsWith("/") && !next.startsWith("//") ? next : "/sources");
    },
  });
  const { mutate } = enter;
  useTokenOfAddress(mutate);
  return (
    <div className="hw-frame">
      <main className="hw-main" id="content" style={{ display: "grid", placeItems: "center" }}>
        <div className="hw-card" style={{ maxWidth: "32rem", width: "100%" }}>
          <div className="hw-wordmark" style={{ marginBlockEnd: "1rem" }}>
            <Wordmark />
          </div>
          <Page title="Sign in">
            {enter.isPending ? (
              <Text role="status">
                <Loader size="xs" mr="xs" /> Signing in…
              </Text>
            ) : (
              <Stack gap="md">
                {enter.error && (
                  <Alert color="brick" variant="outline" title="This link does not sign you in" role="alert">
                    {enter.error.message}
                  </Alert>
                )}
                <HowToGetALink />
                <PasteLink onToken={mutate} />
              </Stack>
            )}
          </Page>
        </div>
      </main>
      <Footer />
    </div>
  );
}

/** Takes the token out of the address bar and its history before anything else, then uses it once. */
function useTokenOfAddress(use: (token: string) => void): void {
  const used = useRef(false);
  useEffect(() => {
    const token = tokenFromLink(window.location.href);
    if (!token || used.current) return;
    used.current = true;
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
    use(token);
  }, [use]);
}

function HowToGetALink() {
  return (
    <div>
      <Text mb="xs">You sign in with a link that works once. On the machine where headwater runs:</Text>
      <Code block>headwater link</Code>
      <Text size="sm" c="dimmed" mt="xs">
        Open the link that it prints, or paste it here.
      </Text>
    </div>
  );
}

function PasteLink({ onToken }: { onToken: (token: string) => void }) {
  const [link, setLink] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  function submit(event: FormEvent) {
    event.preventDefault();
    const token = tokenFromLink(link);
    if (token) onToken(token);
    else setProblem("This is not a sign-in link: it has no #token=… part. Paste the whole link.");
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm" align="flex-start">
        <TextInput
          label="Sign-in link"
          w="100%"
          value={link}
          error={problem}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setLink(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <Button type="submit">Sign in</Button>
      </Stack>
    </form>
  );
}
