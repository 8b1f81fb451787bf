// Package shop has the functions of a shop, as they run in production. Nothing here knows of tests.
package shop

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/inngest/inngestgo"
	"github.com/inngest/inngestgo/step"
)

// Shop stands for an email provider, a database and a bank.
type Shop struct {
	mutex   sync.Mutex
	outbox  []string
	plans   map[string]string
	charges []int
}

type user struct {
	UserID string `json:"userId"`
	Email  string `json:"email"`
}

type submitted struct {
	ContentID int `json:"contentId"`
}

type reviewed struct {
	ContentID int  `json:"contentId"`
	Approved  bool `json:"approved"`
}

type order struct {
	Amount int `json:"amount"`
}

// Declare makes the functions of a client.
func (shop *Shop) Declare(client inngestgo.Client) error {
	retries := func(count int) *int { return &count }
	_, welcome := inngestgo.CreateFunction(client,
		inngestgo.FunctionOpts{ID: "welcome", Retries: retries(3)},
		inngestgo.EventTrigger("user/signed-up", nil), shop.welcome)
	_, approval := inngestgo.CreateFunction(client,
		inngestgo.FunctionOpts{ID: "approval"},
		inngestgo.EventTrigger("content/submitted", nil), shop.approval)
	_, charge := inngestgo.CreateFunction(client,
		inngestgo.FunctionOpts{ID: "charge", Retries: retries(20)},
		inngestgo.EventTrigger("order/placed", nil), shop.charge)
	_, digest := inngestgo.CreateFunction(client,
		inngestgo.FunctionOpts{ID: "digest"},
		inngestgo.CronTrigger("0 9 * * MON"), shop.digest)
	return errors.Join(welcome, approval, charge, digest)
}

func (shop *Shop) welcome(ctx context.Context, in inngestgo.Input[user]) (any, error) {
	user := in.Event.Data
	email := func(id, kind string) error {
		_, err := step.Run(ctx, id, func(context.Context) (string, error) {
			return shop.email(kind, user.Email), nil
		})
		return err
	}
	if err := email("send-welcome-email", "welcome"); err != nil {
		return nil, err
	}
	step.Sleep(ctx, "wait-before-tips", 2*24*time.Hour)
	if err := email("send-tips-email", "tips"); err != nil {
		return nil, err
	}
	step.Sleep(ctx, "wait-before-upgrade", 5*24*time.Hour)
	plan, err := step.Run(ctx, "check-plan", func(context.Context) (string, error) {
		return shop.plan(user.UserID), nil
	})
	if err != nil {
		return nil, err
	}
	if plan != "free" {
		return map[string]any{"userId": user.UserID, "emailsSent": 2}, nil
	}
	if err := email("send-upgrade-email", "upgrade"); err != nil {
		return nil, err
	}
	return map[string]any{"userId": user.UserID, "emailsSent": 3}, nil
}

func (shop *Shop) approval(ctx context.Context, _ inngestgo.Input[submitted]) (any, error) {
	review, err := step.WaitForEvent[inngestgo.GenericEvent[reviewed]](ctx, "wait-for-review", step.WaitForEventOpts{
		Event:   "content/reviewed",
		If:      inngestgo.Ptr("event.data.contentId == async.data.contentId"),
		Timeout: 48 * time.Hour,
	})
	switch {
	case errors.Is(err, step.ErrEventNotReceived):
		return "escalated", nil
	case err != nil:
		return nil, err
	case review.Data.Approved:
		return "published", nil
	default:
		return "rejected", nil
	}
}

func (shop *Shop) charge(ctx context.Context, in inngestgo.Input[order]) (any, error) {
	charge, err := step.Run(ctx, "take-money", func(context.Context) (int, error) {
		return shop.takeMoney(in.Event.Data.Amount), nil
	})
	return map[string]any{"charge": charge}, err
}

func (shop *Shop) digest(ctx context.Context, _ inngestgo.Input[any]) (any, error) {
	return step.Run(ctx, "send-digest", func(context.Context) (string, error) {
		return shop.email("digest", "everybody"), nil
	})
}

func (shop *Shop) email(kind, to string) string {
	shop.mutex.Lock()
	defer shop.mutex.Unlock()
	shop.outbox = append(shop.outbox, kind+" to "+to)
	return "sent"
}

func (shop *Shop) plan(userID string) string {
	shop.mutex.Lock()
	defer shop.mutex.Unlock()
	if plan, found := shop.plans[userID]; found {
		return plan
	}
	return "free"
}

func (shop *Shop) takeMoney(amount int) int {
	shop.mutex.Lock()
	defer shop.mutex.Unlock()
	shop.charges = append(shop.charges, amount)
	return len(shop.charges)
}
