// Applies the chosen theme before the first paint. A file of its own because the
// server's content policy allows no inline script. The choice is made in theme-toggle.tsx.
try {
  const theme = localStorage.getItem("stepwright.theme");
  if (theme === "light" || theme === "dark") document.documentElement.style.colorScheme = theme;
} catch {
  // Storage is blocked: the system's preference stands.
}
