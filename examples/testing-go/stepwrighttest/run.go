package stepwrighttest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Sent are events that were sent, and what they started.
type Sent struct {
	IDs    []string
	engine *Engine
}

// Runs gives all runs that they started, oldest first.
func (sent *Sent) Runs() []*Run {
	sent.engine.t.Helper()
	ids := []string{}
	for _, id := range sent.IDs {
		var event struct{ Runs []struct{ RunID string } }
		sent.engine.Do("GET", "/api/events/"+url.PathEscape(id), nil, &event)
		for _, run := range event.Runs {
			ids = append(ids, run.RunID)
		}
	}
	slices.Sort(ids)
	runs := []*Run{}
	for _, id := range ids {
		runs = append(runs, sent.engine.Run(id))
	}
	return runs
}

// Run gives the one run that they started.
func (sent *Sent) Run() *Run {
	sent.engine.t.Helper()
	runs := sent.Runs()
	if len(runs) != 1 {
		sent.engine.t.Fatalf("%d runs were started, not one: %v", len(runs), runs)
	}
	return runs[0]
}

// Run is a run. What it says of itself is what is true when it is asked.
type Run struct {
	ID string
	// Function is <app>-<function>.
	Function string
	engine   *Engine
}

// Details are what the dashboard shows of a run, as far as tests want it.
type Details struct {
	FunctionSlug string
	Status       string
	Output       json.RawMessage
	Error        *Error
	Summary      string
	Steps        []Step
}

// Error is what a function or a step has failed with.
type Error struct{ Name, Message string }

// Step is a step of a run as it was when it was asked for.
type Step struct {
	// ID is what the function calls it.
	ID        string `json:"name"`
	Kind      string
	Status    string
	Output    json.RawMessage
	Error     *Error
	StartedAt *int64
	Attempts  []Attempt
}

// Attempt is one try of a step.
type Attempt struct {
	StartedAt int64
	Error     *Error
}

// Details reads all of it.
func (run *Run) Details() Details {
	run.engine.t.Helper()
	var details Details
	run.engine.Do("GET", "/api/runs/"+url.PathEscape(run.ID), nil, &details)
	return details
}

// Status is queued, running, completed, failed, cancelled or skipped.
func (run *Run) Status() string {
	run.engine.t.Helper()
	return run.Details().Status
}

// Ended jumps from timer to timer until the run has ended.
func (run *Run) Ended() Details {
	run.engine.t.Helper()
	var details Details
	run.engine.Do("POST", "/api/test/runs/"+url.PathEscape(run.ID)+"/finish", nil, &details)
	return details
}

// Result is Ended, and reads what the function returned; the test ends when it did not.
func (run *Run) Result(into any) {
	run.engine.t.Helper()
	details := run.Ended()
	if details.Status != "completed" {
		run.engine.t.Fatalf("the run is %s: %s\n%s", details.Status, details.reason(), run)
	}
	if err := json.Unmarshal(details.Output, into); err != nil {
		run.engine.t.Fatalf("the run returned %s: %v", details.Output, err)
	}
}

// Step gives the step that the function calls id; the test ends when there is none.
func (run *Run) Step(id string) Step {
	run.engine.t.Helper()
	step, found := run.FindStep(id)
	if !found {
		run.engine.t.Fatalf("the run has no step %q\n%s", id, run)
	}
	return step
}

// FindStep gives the step that the function calls id.
func (run *Run) FindStep(id string) (Step, bool) {
	run.engine.t.Helper()
	for _, step := range run.Details().Steps {
		if step.ID == id {
			return step, true
		}
	}
	return Step{}, false
}

// String shows a run with its steps.
func (run *Run) String() string {
	details := run.Details()
	lines := []string{fmt.Sprintf("%s %s %s", run.Function, run.ID, details.Status)}
	for _, step := range details.Steps {
		result := string(step.Output)
		if step.Error != nil {
			result = step.Error.Message
		}
		lines = append(lines, fmt.Sprintf("  %s (%s) %s, %d attempts: %s", step.ID, step.Kind, step.Status, len(step.Attempts), result))
	}
	return strings.Join(lines, "\n")
}

func (details Details) reason() string {
	if details.Error != nil {
		return details.Error.Message
	}
	return details.Summary
}

// Waits gives how long each try was after the one before.
func (step Step) Waits() []time.Duration {
	waits := []time.Duration{}
	for index := 1; index < len(step.Attempts); index++ {
		waits = append(waits, time.Duration(step.Attempts[index].StartedAt-step.Attempts[index-1].StartedAt)*time.Millisecond)
	}
	return waits
}
