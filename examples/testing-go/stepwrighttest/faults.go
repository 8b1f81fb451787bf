package stepwrighttest

import (
	"net/url"
	"time"
)

// Faults are between the engine and the apps.
type Faults struct{ engine *Engine }

// Target says which calls a fault hits: all, where nothing is given.
type Target struct {
	Function string
	Step     string
	// Times is how many calls it hits; 0 means 1.
	Times int
}

// Drop has the app do its work and loses its answer.
func (faults Faults) Drop(target Target) { faults.add("drop", target, nil) }

// Duplicate has a call arrive twice.
func (faults Faults) Duplicate(target Target) { faults.add("duplicate", target, nil) }

// Delay has an answer take so long by the virtual clock.
func (faults Faults) Delay(by time.Duration, target Target) {
	faults.add("delay", target, map[string]any{"by": milliseconds(by)})
}

// Answer has something in between answer with this status.
func (faults Faults) Answer(status int, target Target) {
	faults.add("answer", target, map[string]any{"status": status})
}

// AppGoesAway leaves nobody listening at an app, or at all apps if app is empty.
func (faults Faults) AppGoesAway(app string) { faults.app(app, "away") }

// AppComesBack ends that.
func (faults Faults) AppComesBack(app string) { faults.app(app, "back") }

// Clear takes all faults back.
func (faults Faults) Clear() {
	faults.engine.t.Helper()
	faults.engine.Do("DELETE", "/api/test/faults", nil, nil)
}

func (faults Faults) app(app, what string) {
	faults.engine.t.Helper()
	if app != "" {
		app = url.PathEscape(app) + "/"
	}
	faults.engine.Do("POST", "/api/test/apps/"+app+what, nil, nil)
}

func (faults Faults) add(kind string, target Target, body map[string]any) {
	faults.engine.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	body["kind"] = kind
	body["times"] = max(target.Times, 1)
	if target.Function != "" {
		body["function"] = target.Function
	}
	if target.Step != "" {
		body["step"] = target.Step
	}
	faults.engine.Do("POST", "/api/test/faults", body, nil)
}
