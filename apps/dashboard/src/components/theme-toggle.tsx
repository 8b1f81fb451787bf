// Chooses between light, dark and whatever the system says. `public/theme.js` applies the choice at the next load.
import { useState, type ReactNode } from "react";
import { Button } from "./ui/button.tsx";
import { Icon } from "./ui/icon.tsx";

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

const storageKey = "stepwright.theme";
const icons = { system: "auto", light: "sun", dark: "moon" } as const;

/** A button that goes through the themes. */
export function ThemeToggle(): ReactNode {
  const [theme, setTheme] = useState(readTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
  return (
    <Button
      look="bare"
      aria-label={`Theme: ${theme}. Switch to ${next}`}
      title={`Theme: ${theme}`}
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <Icon name={icons[theme]} className="size-4" />
    </Button>
  );
}

function readTheme(): Theme {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}

function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === "system" ? "" : theme;
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
}
