package shop

import (
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/shop/stepwrighttest"
	"github.com/inngest/inngestgo"
)

func TestMain(m *testing.M) { stepwrighttest.Main(m) }

var ada = map[string]any{"userId": "u1", "email": "ada@example.com"}

const day = 24 * time.Hour

// open serves a new shop beside a clean engine.
func open(t *testing.T) (*Shop, *stepwrighttest.Engine) {
	t.Helper()
	engine := stepwrighttest.New(t)
	client, err := inngestgo.NewClient(inngestgo.ClientOpts{AppID: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	shop := &Shop{plans: map[string]string{}}
	if err := shop.Declare(client); err != nil {
		t.Fatal(err)
	}
	app := httptest.NewServer(client.Serve())
	t.Cleanup(app.Close)
	engine.Register(app.URL)
	return shop, engine
}

// emailsToAda leaves out the weekly digest, which goes out as well while the clock moves.
func (shop *Shop) emailsToAda() []string {
	shop.mutex.Lock()
	defer shop.mutex.Unlock()
	emails := []string{}
	for _, email := range shop.outbox {
		if strings.HasSuffix(email, "ada@example.com") {
			emails = append(emails, email)
		}
	}
	return emails
}

func TestNewUserGetsThreeEmailsWithinAWeek(t *testing.T) {
	shop, engine := open(t)
	run := engine.Send("user/signed-up", ada).Run()
	equal(t, shop.emailsToAda(), []string{"welcome to ada@example.com"})
	engine.Clock.Advance(2 * day)
	equal(t, string(run.Step("send-tips-email").Output), `"sent"`)
	engine.Clock.Advance(5 * day)
	equal(t, emailsSent(run), 3)
	equal(t, shop.emailsToAda()[1:], []string{"tips to ada@example.com", "upgrade to ada@example.com"})
}

func TestWhoPaysIsNotAskedTo(t *testing.T) {
	shop, engine := open(t)
	shop.plans["u1"] = "pro"
	began := engine.Clock.Now()
	equal(t, emailsSent(engine.Send("user/signed-up", ada).Run()), 2)
	equal(t, engine.Clock.Now().Sub(began), 7*day)
}

func TestContentThatNobodyReviewsIsEscalated(t *testing.T) {
	_, engine := open(t)
	run := engine.Send("content/submitted", map[string]any{"contentId": 7}).Run()
	engine.Send("content/reviewed", map[string]any{"contentId": 8, "approved": true})
	engine.Clock.Advance(47 * time.Hour)
	pending := engine.Queue.Pending("shop-approval")
	equal(t, len(pending), 1)
	equal(t, pending[0].Kind+" "+pending[0].Step, "waitingForEvent wait-for-review")
	engine.Clock.Advance(time.Hour)
	equal(t, string(run.Details().Output), `"escalated"`)
}

func TestReviewInTimeDecides(t *testing.T) {
	_, engine := open(t)
	run := engine.Send("content/submitted", map[string]any{"contentId": 7}).Run()
	engine.Clock.Advance(47 * time.Hour)
	engine.Send("content/reviewed", map[string]any{"contentId": 7, "approved": true})
	equal(t, string(run.Details().Output), `"published"`)
}

func TestChargeIsTriedForNineHours(t *testing.T) {
	shop, engine := open(t)
	engine.Stub("take-money", stepwrighttest.Stub{Function: "charge", Fails: -1, Error: "the bank is closed"})
	began := engine.Clock.Now()
	run := engine.Send("order/placed", map[string]any{"amount": 10}).Run()
	ended := run.Ended()
	equal(t, ended.Status, "failed")
	if !strings.Contains(ended.Error.Message, "the bank is closed") {
		t.Errorf("it failed otherwise: %s", ended.Error.Message)
	}
	waits := run.Step("take-money").Waits()
	equal(t, len(waits), 20)
	for index, wait := range waits {
		equal(t, wait, min(time.Second<<index, time.Hour))
	}
	equal(t, engine.Clock.Now().Sub(began), 9*time.Hour+8*time.Minute+15*time.Second)
	equal(t, len(shop.charges), 0)
}

func TestDigestGoesOutEachMondayAtNine(t *testing.T) {
	shop, engine := open(t)
	engine.Clock.Advance(28 * day)
	runs := engine.Runs("shop-digest")
	equal(t, len(runs), 4)
	for _, run := range runs {
		equal(t, run.Status(), "completed")
		at := time.UnixMilli(*run.Step("send-digest").StartedAt).UTC()
		equal(t, fmt.Sprintf("%s %d", at.Weekday(), at.Hour()), "Monday 9")
	}
	equal(t, len(shop.outbox), 4)
	var result string
	engine.Cron("shop-digest").Result(&result)
	equal(t, result, "sent")
}

func TestMoneyIsTakenTwiceWhenAnAnswerIsLost(t *testing.T) {
	// Steps are done at least once; what they do has to bear it. This test shows that takeMoney does not.
	shop, engine := open(t)
	engine.Faults.Drop(stepwrighttest.Target{Function: "charge", Step: "take-money"})
	equal(t, engine.Send("order/placed", map[string]any{"amount": 10}).Run().Ended().Status, "completed")
	equal(t, shop.charges, []int{10, 10})
}

func TestNothingIsLostWhenTheEngineDies(t *testing.T) {
	shop, engine := open(t)
	run := engine.Send("user/signed-up", ada).Run()
	engine.Crash()
	equal(t, emailsSent(run), 3)
	equal(t, len(shop.emailsToAda()), 3)
}

func TestPausedQueueMakesRunsAndCallsNobody(t *testing.T) {
	shop, engine := open(t)
	engine.Queue.Pause()
	engine.Send("user/signed-up", ada)
	engine.Send("order/placed", map[string]any{"amount": 10})
	equal(t, len(engine.Queue.Pending()), 2)
	engine.Queue.Drain("shop-welcome")
	equal(t, shop.outbox, []string{"welcome to ada@example.com"})
	equal(t, len(shop.charges), 0)
	equal(t, engine.Queue.Clear(), 2)
}

func TestClockDoesNotGoBack(t *testing.T) {
	_, engine := open(t)
	err := engine.Try("POST", "/api/test/clock/set", map[string]any{"at": "2001-01-01T00:00:00Z"}, nil)
	if err == nil || !strings.Contains(err.Error(), "cannot go back") {
		t.Errorf("it was not refused: %v", err)
	}
}

func emailsSent(run *stepwrighttest.Run) int {
	var result struct{ EmailsSent int }
	run.Result(&result)
	return result.EmailsSent
}

func equal[T any](t *testing.T, got, wanted T) {
	t.Helper()
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("got %v, wanted %v", got, wanted)
	}
}
