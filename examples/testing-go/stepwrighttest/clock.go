package stepwrighttest

import "time"

// Clock is the server's. It stands still unless it is moved; each timer on the way fires at its own time.
type Clock struct{ engine *Engine }

type clockState struct {
	Now      int64
	JumpedTo *int64
}

// Now tells the time.
func (clock Clock) Now() time.Time {
	clock.engine.t.Helper()
	var state clockState
	clock.engine.Do("GET", "/api/test/clock", nil, &state)
	return time.UnixMilli(state.Now).UTC()
}

// Advance lets time pass.
func (clock Clock) Advance(by time.Duration) {
	clock.engine.t.Helper()
	clock.engine.Do("POST", "/api/test/clock/advance", map[string]any{"by": milliseconds(by)}, nil)
}

// Set lets time pass until at.
func (clock Clock) Set(at time.Time) {
	clock.engine.t.Helper()
	clock.engine.Do("POST", "/api/test/clock/set", map[string]any{"at": at.UnixMilli()}, nil)
}

// Next jumps to the next timer; false when there is none.
func (clock Clock) Next() (time.Time, bool) {
	clock.engine.t.Helper()
	var state clockState
	clock.engine.Do("POST", "/api/test/clock/next", nil, &state)
	if state.JumpedTo == nil {
		return time.Time{}, false
	}
	return time.UnixMilli(*state.JumpedTo).UTC(), true
}

// RunUntilIdle jumps from timer to timer until no run is unfinished.
func (clock Clock) RunUntilIdle() {
	clock.engine.t.Helper()
	clock.engine.Do("POST", "/api/test/clock/run-until-idle", nil, nil)
}

// Settle does what is due without moving the clock.
func (clock Clock) Settle() {
	clock.engine.t.Helper()
	clock.engine.Do("POST", "/api/test/clock/settle", nil, nil)
}
