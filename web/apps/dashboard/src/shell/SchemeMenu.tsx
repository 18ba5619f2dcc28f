import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { CheckIcon, MoonIcon, ScreenIcon, SunIcon } from "./icons";

const SCHEMES: { scheme: MantineColorScheme; label: string; Icon: typeof SunIcon }[] = [
  { scheme: "light", label: "Light", Icon: SunIcon },
  { scheme: "dark", label: "Dark", Icon: MoonIcon },
  { scheme: "auto", label: "Like the system", Icon: ScreenIcon },
];

export function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const current = SCHEMES.find(({ scheme }) => scheme === colorScheme) ?? SCHEMES[2]!;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" aria-label={`Colours: ${current.label}`}>
          <current.Icon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ scheme, label, Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon />}
            rightSection={scheme === colorScheme ? <CheckIcon size={16} /> : null}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
