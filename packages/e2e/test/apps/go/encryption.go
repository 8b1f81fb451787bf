package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/inngest/inngestgo"
	"github.com/inngest/inngestgo/middleware"
)

// encryption does what an encrypting middleware does on the wire: the engine sees nothing but the envelope.
type encryption struct {
	middleware.BaseMiddleware
}

func newEncryption() middleware.Middleware { return &encryption{} }

func isEncrypted(call middleware.CallContext) bool {
	return strings.HasSuffix(call.FunctionOpts.ID, "encrypted")
}

type envelope struct {
	IsEncrypted bool   `json:"__ENCRYPTED__"`
	Data        string `json:"data"`
}

func (*encryption) TransformInput(_ context.Context, call middleware.CallContext, in *middleware.TransformableInput) {
	if !isEncrypted(call) {
		return
	}
	for name, value := range in.Event.Data {
		wrapped, ok := value.(map[string]any)
		if !ok || wrapped["__ENCRYPTED__"] != true {
			continue
		}
		plain, err := base64.StdEncoding.DecodeString(wrapped["data"].(string))
		if err != nil {
			panic(err)
		}
		var decrypted any
		if err := json.Unmarshal(plain, &decrypted); err != nil {
			panic(err)
		}
		in.Event.Data[name] = decrypted
	}
}

func (*encryption) TransformOutput(_ context.Context, call middleware.CallContext, out *middleware.TransformableOutput) {
	if !isEncrypted(call) || out.Error != nil {
		return
	}
	plain, err := json.Marshal(out.Result)
	if err != nil {
		panic(err)
	}
	out.Result = envelope{IsEncrypted: true, Data: base64.StdEncoding.EncodeToString(plain)}
}

// sendFromOutside sends the events of its body from outside of any function, and answers with their ids.
func sendFromOutside(response http.ResponseWriter, request *http.Request) {
	var events []inngestgo.GenericEvent[data]
	if err := json.NewDecoder(request.Body).Decode(&events); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	many := make([]any, len(events))
	for index, event := range events {
		many[index] = event
	}
	ids, err := client.SendMany(request.Context(), many)
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadGateway)
		return
	}
	response.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(response).Encode(ids)
}
