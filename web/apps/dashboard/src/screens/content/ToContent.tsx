import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

/** Where one is, with the way back to the list. */
export function ToContent({ folder }: { folder?: string }) {
  return (
    <Text size="sm" component="nav" aria-label="Where this is">
      <Link to="/content" className="hw-link">
        Content
      </Link>
      {folder && (
        <>
          {" "}
          ›{" "}
          <Link to="/content" search={{ folder }} className="hw-link">
            {folder}
          </Link>
        </>
      )}
    </Text>
  );
}
