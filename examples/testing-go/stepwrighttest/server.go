package stepwrighttest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Main runs the tests of a package and ends the server that they have started:
//
//	func TestMain(m *testing.M) { stepwrighttest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	if started != nil {
		_ = started.Process.Signal(os.Interrupt)
		_ = started.Wait()
	}
	os.Exit(code)
}

var started *exec.Cmd

// server gives the URL of the server of `stepwright test`, or of one that is started for this process.
var server = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("STEPWRIGHT_URL"); given != "" {
		return strings.TrimRight(given, "/"), nil
	}
	return start()
})

func start() (string, error) {
	words := append(command(), "dev", "--virtual-clock", "--port", "0", "--json", "--log-level", "info")
	process := exec.Command(words[0], words[1:]...)
	output, err := process.StdoutPipe()
	if err != nil {
		return "", err
	}
	process.Stderr = process.Stdout
	if err := process.Start(); err != nil {
		return "", fmt.Errorf("`%s` did not start: %w", strings.Join(words, " "), err)
	}
	lines := bufio.NewReader(output)
	said := strings.Builder{}
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			_ = process.Wait()
			return "", fmt.Errorf("`%s` did not start: %s", strings.Join(words, " "), strings.TrimSpace(said.String()+line))
		}
		// The log is JSON, a line for each thing; one says where the server is.
		var entry struct{ Msg, URL string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "server started" {
			started = process
			// Nobody reads its log any more, and a full pipe must not stop it.
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return entry.URL, nil
		}
		said.WriteString(line)
	}
}

func command() []string {
	if given := strings.Fields(os.Getenv("STEPWRIGHT_COMMAND")); len(given) > 0 {
		return given
	}
	if path, err := exec.LookPath("stepwright"); err == nil {
		return []string{path}
	}
	return []string{"npx", "--no-install", "stepwright"}
}
