// Package stepwrighttest runs tests of durable functions on the real engine, with a clock that jumps.
//
// Copy this folder into your module. It needs nothing but Go's standard library, and a `stepwright` command, found in
// STEPWRIGHT_COMMAND, on the PATH, or by npx. Under `stepwright test -- go test ./...` the server is there already.
package stepwrighttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Engine is a server on a virtual clock as one test sees it. What cannot be done ends the test.
type Engine struct {
	// URL is where it is; apps find it by INNGEST_DEV.
	URL string

	Clock  Clock
	Queue  Queue
	Faults Faults

	t    testing.TB
	http http.Client
}

// New gives a test an engine without what the test before has left. All tests of a process share one server, so they must not
// run in parallel.
func New(t testing.TB) *Engine {
	t.Helper()
	serverURL, err := server()
	if err != nil {
		t.Fatal(err)
	}
	engine := &Engine{URL: serverURL, t: t}
	// The server is on this machine: a proxy of the environment has nothing to do with it.
	engine.http.Transport = &http.Transport{}
	engine.Clock, engine.Queue, engine.Faults = Clock{engine}, Queue{engine}, Faults{engine}
	t.Setenv("INNGEST_DEV", serverURL)
	engine.Reset()
	t.Cleanup(engine.http.CloseIdleConnections)
	return engine
}

// Register adds an app by the URL that it is served at until the end of the test.
func (engine *Engine) Register(appURL string) {
	engine.t.Helper()
	var app struct {
		ID      string
		Problem *struct{ Message string }
	}
	engine.Do("POST", "/api/apps", map[string]any{"url": appURL}, &app)
	if app.Problem != nil {
		engine.t.Fatalf("the app at %s could not be synced: %s", appURL, app.Problem.Message)
	}
	// The next test has another one: this one is not to be looked for again.
	engine.t.Cleanup(func() { engine.Do("DELETE", "/api/apps/"+url.PathEscape(app.ID), nil, nil) })
}

// Send sends an event; it returns when all that is due has been done.
func (engine *Engine) Send(name string, data any) *Sent {
	engine.t.Helper()
	var sent struct{ IDs []string }
	engine.Do("POST", "/api/events", map[string]any{"name": name, "data": data}, &sent)
	engine.Clock.Settle()
	return &Sent{IDs: sent.IDs, engine: engine}
}

// Cron starts a function as its cron trigger would now.
func (engine *Engine) Cron(function string) *Run {
	engine.t.Helper()
	var started struct{ RunID string }
	engine.Do("POST", "/api/test/functions/"+url.PathEscape(function)+"/cron", nil, &started)
	engine.Clock.Settle()
	return engine.Run(started.RunID)
}

// Run gives a run by its id.
func (engine *Engine) Run(id string) *Run {
	engine.t.Helper()
	run := &Run{ID: id, engine: engine}
	run.Function = run.Details().FunctionSlug
	return run
}

// Runs gives the runs of a function, oldest first; no more than a hundred.
func (engine *Engine) Runs(function string) []*Run {
	engine.t.Helper()
	var page struct{ Items []struct{ ID string } }
	engine.Do("GET", "/api/runs?limit=100&function="+url.QueryEscape(function), nil, &page)
	runs := []*Run{}
	for index := len(page.Items) - 1; index >= 0; index-- {
		runs = append(runs, engine.Run(page.Items[index].ID))
	}
	return runs
}

// Stub says what a step does instead of what it does.
type Stub struct {
	// Function is its id; empty: all functions.
	Function string
	// Returns is what the step returns, where Value is set.
	Returns any
	Value   bool
	// Fails is how often it fails first; -1: always.
	Fails int
	Error string
	// NotRetriable makes the first failure the last.
	NotRetriable bool
	// Takes is how long it takes by the virtual clock.
	Takes time.Duration
}

// Stub says what a step does instead of what it does.
func (engine *Engine) Stub(step string, stub Stub) {
	engine.t.Helper()
	body := map[string]any{"step": step}
	if stub.Function != "" {
		body["function"] = stub.Function
	}
	if stub.Value {
		body["returns"] = stub.Returns
	}
	if stub.Fails != 0 {
		fails := map[string]any{"retriable": !stub.NotRetriable}
		if stub.Fails > 0 {
			fails["times"] = stub.Fails
		}
		if stub.Error != "" {
			fails["message"] = stub.Error
		}
		body["fails"] = fails
	}
	if stub.Takes > 0 {
		body["takes"] = milliseconds(stub.Takes)
	}
	engine.Do("POST", "/api/test/stubs", body, nil)
}

// Unstub takes all stubs back.
func (engine *Engine) Unstub() {
	engine.t.Helper()
	engine.Do("DELETE", "/api/test/stubs", nil, nil)
}

// Crash kills the engine and starts it again on what was committed; what was in flight is done again.
func (engine *Engine) Crash() {
	engine.t.Helper()
	engine.Do("POST", "/api/test/crash", nil, nil)
}

// Reset forgets everything but the apps: events, runs, stubs, faults. The clock stays where it is.
func (engine *Engine) Reset() {
	engine.t.Helper()
	engine.Do("POST", "/api/test/reset", nil, nil)
}

// Do asks the server and ends the test with the sentence of what it refuses. /api/openapi.json describes what there is.
func (engine *Engine) Do(method, path string, body, answer any) {
	engine.t.Helper()
	if err := engine.Try(method, path, body, answer); err != nil {
		engine.t.Fatal(err)
	}
}

// Try is Do for tests of what is refused.
func (engine *Engine) Try(method, path string, body, answer any) error {
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, engine.URL+path, payload)
	if err != nil {
		return err
	}
	response, err := engine.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 400 {
		return refusal(path, response.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

func refusal(path string, status int, text []byte) error {
	var body struct{ Code, Error string }
	if json.Unmarshal(text, &body) != nil || body.Code == "" {
		return fmt.Errorf("%s answered HTTP %d, and not as Stepwright does", path, status)
	}
	if body.Code == "PATH_NOT_FOUND" && strings.HasPrefix(path, "/api/test/") {
		return fmt.Errorf("the server is on no virtual clock; start it with `stepwright dev --virtual-clock`")
	}
	return fmt.Errorf("%s: %s", body.Code, body.Error)
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Millisecond)
}
