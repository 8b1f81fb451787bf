package stepwrighttest

import (
	"net/url"
	"strings"
)

// Queue is the work that waits. Functions are named by their ids; none means all.
type Queue struct{ engine *Engine }

// Pending is something that an unfinished run is to do or waits for.
type Pending struct {
	RunID        string
	FunctionSlug string
	// Kind is queued, calling, retrying, sleeping, waitingForEvent, waitingForSignal, waitingForRun or other.
	Kind string
	// Step is empty for the function as a whole.
	Step string
	// At is when it is due or times out, in milliseconds since 1970; nil: it waits without end.
	At    *int64
	Event string
}

// Pause calls nothing any more: runs are made and wait.
func (queue Queue) Pause(functions ...string) { queue.post("pause", functions, nil) }

// Resume has them called again.
func (queue Queue) Resume(functions ...string) {
	queue.post("resume", functions, nil)
	queue.engine.Clock.Settle()
}

// Drain does what is due in a paused queue, and what comes of it.
func (queue Queue) Drain(functions ...string) { queue.post("drain", functions, nil) }

// Clear cancels all unfinished runs and says how many.
func (queue Queue) Clear(functions ...string) int {
	var answer struct{ Cancelled int }
	queue.post("clear", functions, &answer)
	return answer.Cancelled
}

// Pending gives what unfinished runs are to do or wait for, soonest first.
func (queue Queue) Pending(functions ...string) []Pending {
	queue.engine.t.Helper()
	var answer struct{ Items []Pending }
	queue.engine.Do("GET", "/api/test/queue?functions="+url.QueryEscape(strings.Join(functions, ",")), nil, &answer)
	return answer.Items
}

func (queue Queue) post(action string, functions []string, answer any) {
	queue.engine.t.Helper()
	if functions == nil {
		functions = []string{}
	}
	queue.engine.Do("POST", "/api/test/queue/"+action, map[string]any{"functions": functions}, answer)
}
