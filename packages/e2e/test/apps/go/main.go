// The functions of the Go suite, written as a user of the published inngestgo module would write them.
//
// What ran is told on standard output, one line per execution: `ran <run> <attempt> <step>`.
// DEPLOY=2 serves the same functions after a change of the code; see "changing".
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/inngest/inngest/pkg/enums"
	"github.com/inngest/inngestgo"
	"github.com/inngest/inngestgo/group"
	"github.com/inngest/inngestgo/middleware"
	"github.com/inngest/inngestgo/pkg/checkpoint"
	"github.com/inngest/inngestgo/step"
)

var (
	app    = os.Getenv("APP_ID")
	deploy = os.Getenv("DEPLOY")
	client inngestgo.Client
)

type data = map[string]any
type input = inngestgo.Input[data]
type handler = func(ctx context.Context, in input) (any, error)

// on declares a function that is started by the app's event of the same name.
func on(name string, f handler, change ...func(*inngestgo.FunctionOpts)) {
	onTrigger(name, inngestgo.EventTrigger(app+"/"+name, nil), f, change...)
}

func onTrigger(name string, trigger inngestgo.Trigger, f handler, change ...func(*inngestgo.FunctionOpts)) {
	options := inngestgo.FunctionOpts{ID: name}
	if os.Getenv("CHECKPOINTING") == "1" {
		options.Checkpoint = checkpoint.ConfigSafe
	}
	for _, apply := range change {
		apply(&options)
	}
	if _, err := inngestgo.CreateFunction(client, options, trigger, f); err != nil {
		panic(err)
	}
}

func retries(count int) func(*inngestgo.FunctionOpts) {
	return func(options *inngestgo.FunctionOpts) { options.Retries = &count }
}

func ran(in input, name string) {
	fmt.Printf("ran %s %d %s\n", in.InputCtx.RunID, in.InputCtx.Attempt, name)
}

// work runs a step that gives a result.
func work[T any](ctx context.Context, in input, name string, result T) (T, error) {
	return step.Run(ctx, name, func(context.Context) (T, error) {
		ran(in, name)
		return result, nil
	})
}

// fail runs a step that fails as long as failing says so.
func fail(ctx context.Context, in input, name string, failing func() error) (string, error) {
	return step.Run(ctx, name, func(context.Context) (string, error) {
		ran(in, name)
		return "fine", failing()
	})
}

func define() {
	on("plain", func(_ context.Context, in input) (any, error) {
		return data{"doubled": number(in, "n") * 2}, nil
	})
	on("steps", func(ctx context.Context, in input) (any, error) {
		one, err := work(ctx, in, "one", data{"n": 1})
		if err != nil {
			return nil, err
		}
		first := toInt(one["n"])
		two, err := work(ctx, in, "two", first+1)
		if err != nil {
			return nil, err
		}
		return work(ctx, in, "three", []int{first, two, two + 1})
	})
	on("nothing", func(ctx context.Context, in input) (any, error) {
		result, err := work[any](ctx, in, "nothing", nil)
		if err != nil {
			return nil, err
		}
		if _, err := work(ctx, in, "after", ""); err != nil {
			return nil, err
		}
		return result, nil
	})
	on("text", func(ctx context.Context, in input) (any, error) {
		kept := []string{}
		for _, item := range in.Event.Data["texts"].([]any) {
			text, err := work(ctx, in, "keep", item.(string))
			if err != nil {
				return nil, err
			}
			kept = append(kept, text)
		}
		return data{"kept": kept}, nil
	})
	on("ids", func(ctx context.Context, in input) (any, error) {
		results := []int{}
		for index, id := range in.Event.Data["ids"].([]any) {
			result, err := step.Run(ctx, id.(string), func(context.Context) (int, error) {
				ran(in, "ids")
				return index, nil
			})
			if err != nil {
				return nil, err
			}
			results = append(results, result)
		}
		return results, nil
	})
	on("repeated", func(ctx context.Context, in input) (any, error) {
		results := []int{}
		for turn := range 4 {
			result, err := work(ctx, in, "round", turn*10)
			if err != nil {
				return nil, err
			}
			results = append(results, result)
		}
		return results, nil
	})
	on("parallel", func(ctx context.Context, in input) (any, error) {
		results := group.Parallel(ctx,
			func(ctx context.Context) (any, error) { return work(ctx, in, "a", "a") },
			func(ctx context.Context) (any, error) { return work(ctx, in, "b", "b") },
			func(ctx context.Context) (any, error) {
				first, err := work(ctx, in, "chain-1", "x")
				if err != nil {
					return nil, err
				}
				return work(ctx, in, "chain-2", first+"y")
			},
		)
		if err := results.AnyError(); err != nil {
			return nil, err
		}
		var all strings.Builder
		for _, result := range results {
			all.WriteString(result.Value.(string))
		}
		return work(ctx, in, "join", all.String())
	})
	on("race", func(ctx context.Context, in input) (any, error) {
		results := group.ParallelWithOpts(ctx, group.ParallelOpts{ParallelMode: enums.ParallelModeRace},
			func(ctx context.Context) (any, error) {
				return step.WaitForEvent[inngestgo.GenericEvent[data]](ctx, "slow", step.WaitForEventOpts{
					Event:   app + "/slow",
					Timeout: time.Minute,
				})
			},
			func(ctx context.Context) (any, error) {
				first, err := work(ctx, in, "quick", "x")
				if err != nil {
					return nil, err
				}
				return work(ctx, in, "quicker", first+"y")
			},
		)
		if err := results.AnyError(); err != nil {
			return nil, err
		}
		return results[1].Value, nil
	})
	on("long", func(ctx context.Context, in input) (any, error) {
		ran(in, "call")
		results := []int{}
		for turn := range 4 {
			result, err := step.Run(ctx, "part", func(context.Context) (int, error) {
				ran(in, "part")
				// Two of them are longer than the call may take.
				time.Sleep(300 * time.Millisecond)
				return turn, nil
			})
			if err != nil {
				return nil, err
			}
			results = append(results, result)
		}
		return results, nil
	}, func(options *inngestgo.FunctionOpts) {
		if options.Checkpoint != nil {
			options.Checkpoint = &checkpoint.Config{MaxRuntime: 500 * time.Millisecond}
		}
	})
	on("sleep", func(ctx context.Context, in input) (any, error) {
		if _, err := work(ctx, in, "before", ""); err != nil {
			return nil, err
		}
		step.Sleep(ctx, "nap", time.Second)
		step.SleepUntil(ctx, "until", time.Now().Add(time.Second))
		return work(ctx, in, "after", "awake")
	})
	on("wait", func(ctx context.Context, in input) (any, error) {
		answer, err := step.WaitForEvent[inngestgo.GenericEvent[data]](ctx, "answer", step.WaitForEventOpts{
			Event:   app + "/answer",
			If:      inngestgo.Ptr("event.data.id == async.data.id"),
			Timeout: time.Duration(number(in, "seconds")) * time.Second,
		})
		if errors.Is(err, step.ErrEventNotReceived) {
			return nil, nil
		}
		return answer.Data["text"], err
	})
	on("signal", func(ctx context.Context, in input) (any, error) {
		signal, err := step.WaitForSignal[data](ctx, "signal", step.WaitForSignalOpts{
			Signal:  in.Event.Data["signal"].(string),
			Timeout: time.Minute,
		})
		return signal.Data, err
	})
	on("double", func(_ context.Context, in input) (any, error) {
		return data{"doubled": number(in, "n") * 2, "name": in.Event.Name}, nil
	})
	on("broken", func(context.Context, input) (any, error) {
		return nil, errors.New("broken child")
	}, retries(0))
	on("invoke", func(ctx context.Context, _ input) (any, error) {
		good, err := step.Invoke[data](ctx, "good", step.InvokeOpts{FunctionId: app + "-double", Data: data{"n": 21}})
		if err != nil {
			return nil, err
		}
		_, err = step.Invoke[any](ctx, "bad", step.InvokeOpts{FunctionId: app + "-broken", Data: data{}})
		bad := "no error"
		if err != nil {
			bad = err.Error()
		}
		return []any{good, bad}, nil
	})
	on("send", func(ctx context.Context, in input) (any, error) {
		heard := func(from, id string) inngestgo.GenericEvent[data] {
			event := inngestgo.GenericEvent[data]{Name: app + "/heard", Data: data{"from": from}}
			if id != "" {
				event.ID = &id
			}
			return event
		}
		ids, err := step.SendMany(ctx, "send", []inngestgo.GenericEvent[data]{
			heard("step", ""), heard("step", in.InputCtx.RunID+"-once"),
		})
		if err != nil {
			return nil, err
		}
		if _, err := client.Send(ctx, heard("code", in.InputCtx.RunID+"-code")); err != nil {
			return nil, err
		}
		return data{"sent": len(ids)}, nil
	})
	on("heard", func(_ context.Context, in input) (any, error) { return in.Event.Data["from"], nil })
	on("flaky", func(_ context.Context, in input) (any, error) {
		ran(in, "body")
		if in.InputCtx.Attempt < 2 {
			return nil, fmt.Errorf("no luck with attempt %d", in.InputCtx.Attempt)
		}
		return "at last", nil
	}, retries(3))
	on("flaky-steps", func(ctx context.Context, in input) (any, error) {
		for _, name := range []string{"first", "second"} {
			_, err := fail(ctx, in, name, func() error {
				if in.InputCtx.Attempt < 2 {
					return errors.New("not yet")
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		return "done", nil
	}, retries(2))
	outOfRange := func() error { return errors.New("out of range") }
	on("uncaught", func(ctx context.Context, in input) (any, error) {
		return fail(ctx, in, "bad", outOfRange)
	}, retries(1))
	on("caught", func(ctx context.Context, in input) (any, error) {
		if _, err := fail(ctx, in, "bad", outOfRange); err != nil {
			return work(ctx, in, "instead", "instead of "+err.Error())
		}
		return nil, nil
	}, retries(1))
	on("final-body", func(_ context.Context, in input) (any, error) {
		ran(in, "body")
		return nil, inngestgo.NoRetryError(errors.New("never again"))
	})
	on("final-step", func(ctx context.Context, in input) (any, error) {
		return fail(ctx, in, "validate", func() error { return inngestgo.NoRetryError(errors.New("not an address")) })
	})
	on("retry-after", func(_ context.Context, in input) (any, error) {
		if in.InputCtx.Attempt == 0 {
			return nil, inngestgo.RetryAtError(errors.New("busy"), time.Now().Add(2*time.Second))
		}
		return "served", nil
	}, retries(1))
	on("reported", func(context.Context, input) (any, error) {
		return nil, errors.New("reported error")
	}, retries(1))
	// The module has no option for it: this is how its documentation handles failures.
	onTrigger("reported-failure",
		inngestgo.EventTrigger("inngest/function.failed", inngestgo.Ptr("event.data.function_id == '"+app+"-reported'")),
		func(_ context.Context, in input) (any, error) {
			original := in.Event.Data["event"].(data)["data"].(data)
			failure := in.Event.Data["error"].(data)
			ran(in, fmt.Sprintf("failure-of:%v:%v:%v", in.Event.Data["run_id"], failure["message"], original["n"]))
			return "reported", nil
		})
	onTrigger("cron", inngestgo.CronTrigger("* * * * *"), func(_ context.Context, in input) (any, error) {
		return in.Event.Name, nil
	})
	on("nothing-but-an-error", func(ctx context.Context, _ input) (any, error) {
		_, err := step.Run(ctx, "bad", func(context.Context) (*string, error) {
			return nil, errors.New("nothing came of it")
		})
		if err == nil {
			return "no error", nil
		}
		return "caught: " + err.Error(), nil
	}, retries(0))
	on("cancelled", func(ctx context.Context, _ input) (any, error) {
		step.Sleep(ctx, "long", time.Hour)
		return nil, nil
	}, func(options *inngestgo.FunctionOpts) {
		options.Cancel = []inngestgo.ConfigCancel{{Event: app + "/stop", If: inngestgo.Ptr("event.data.id == async.data.id")}}
	})
	on("batch", func(_ context.Context, in input) (any, error) {
		numbers := []int{}
		for _, event := range in.Events {
			numbers = append(numbers, toInt(event.Data["n"]))
		}
		sort.Ints(numbers)
		return numbers, nil
	}, func(options *inngestgo.FunctionOpts) {
		options.BatchEvents = &inngestgo.ConfigBatchEvents{MaxSize: 3, Timeout: 20 * time.Second}
	})
	on("large", func(ctx context.Context, in input) (any, error) {
		lengths := []int{}
		for part := range 4 {
			text, err := work(ctx, in, fmt.Sprintf("part-%d", part), strings.Repeat("x", 1_500_000))
			if err != nil {
				return nil, err
			}
			lengths = append(lengths, len(text))
		}
		step.Sleep(ctx, "nap", time.Second)
		return lengths, nil
	})
	on("fetch", func(ctx context.Context, in input) (any, error) {
		answer, err := step.Fetch[string](ctx, "fetch", step.FetchOpts{
			URL: in.Event.Data["url"].(string), Method: http.MethodPut, Body: `{"hello":"there"}`,
		})
		return data{"status": answer.StatusCode, "body": answer.Body}, err
	})
	on("infer", func(ctx context.Context, in input) (any, error) {
		return step.Infer[data, data](ctx, "ask", step.InferOpts[data]{
			Opts: step.InferOpenAIOpts(inngestgo.Ptr("sk-secret"), inngestgo.Ptr(in.Event.Data["url"].(string))),
			Body: data{"model": "gpt-test", "messages": []data{{"role": "user", "content": "6 x 7?"}}},
		})
	})
	on("changing", func(ctx context.Context, in input) (any, error) {
		path := []string{}
		follow := func(name string) error {
			result, err := work(ctx, in, name, name+" "+deploy)
			path = append(path, result)
			return err
		}
		if err := follow("stays"); err != nil {
			return nil, err
		}
		second := "goes"
		if deploy != "1" {
			second = "comes"
		}
		if err := follow(second); err != nil {
			return nil, err
		}
		step.Sleep(ctx, "nap", time.Duration(number(in, "seconds"))*time.Second)
		if err := follow("end"); err != nil {
			return nil, err
		}
		return path, nil
	})
	// The module's middleware sees events and outputs, but no results of steps: those it would leave encrypted.
	on("encrypted", func(ctx context.Context, in input) (any, error) {
		secret := in.Event.Data["secret"].(string)
		step.Sleep(ctx, "nap", time.Second)
		return secret + "!", nil
	})
}

func number(in input, name string) int { return toInt(in.Event.Data[name]) }

func toInt(value any) int {
	switch value := value.(type) {
	case int:
		return value
	case float64:
		return int(value)
	}
	return 0
}

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "0"
	}
	listener, err := net.Listen("tcp", "localhost:"+port)
	if err != nil {
		panic(err)
	}
	serveURL, err := url.Parse(fmt.Sprintf("http://localhost:%d/api/inngest", listener.Addr().(*net.TCPAddr).Port))
	if err != nil {
		panic(err)
	}
	options := inngestgo.ClientOpts{
		AppID:        app,
		URL:          serveURL,
		UseStreaming: os.Getenv("STREAMING") == "1",
		Logger:       slog.New(slog.NewTextHandler(io.Discard, nil)),
		Middleware:   []func() middleware.Middleware{newEncryption},
	}
	if base := os.Getenv("INNGEST_BASE_URL"); base != "" {
		options.APIBaseURL = &base
		options.RegisterURL = inngestgo.Ptr(base + "/fn/register")
	}
	if client, err = inngestgo.NewClient(options); err != nil {
		panic(err)
	}
	define()
	http.Handle("/api/inngest", client.Serve())
	http.HandleFunc("/send", sendFromOutside)
	fmt.Printf("serving %s\n", serveURL)
	panic(http.Serve(listener, nil))
}
