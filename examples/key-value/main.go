// Key-value is a small REST resource: items in JSON under keys, each with an
// entity tag, in the gateway's durable store. Two clients that change one item do
// not overwrite each other unseen: If-Match and If-None-Match (RFC 9110, section
// 13.1) become a compare-and-set.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"unicode/utf8"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/integration"
)

func init() { integration.Handle(serve) }

func main() {}

const (
	maxKey       = 500 // bytes; the prefix of items has to fit, too
	maxItem      = 1 << 20
	defaultLimit = 20
	maxLimit     = 100
)

// serve answers one request. What goes wrong with it is the client's to hear.
func serve(w *integration.Response, r *integration.Request) error {
	err := route(w, r)
	var p problem
	switch {
	case errors.As(err, &p):
	case errors.Is(err, portico.ErrTooLarge):
		p = problem{http.StatusRequestEntityTooLarge, "there is no room for this item"}
	case errors.Is(err, portico.ErrIO), errors.Is(err, portico.ErrAborted):
		// Whether something was written is open; who asks again finds out.
		p = problem{http.StatusServiceUnavailable, "the store does not answer, try again"}
	default:
		return err
	}
	return answer(w, p.status, map[string]string{"error": p.text})
}

// problem is an answer that is not a success.
type problem struct {
	status int
	text   string
}

func (p problem) Error() string { return p.text }

var (
	errNotFound = problem{http.StatusNotFound, "there is no such item"}
	errChanged  = problem{http.StatusPreconditionFailed, "the item is not the one that you named"}
	errBusy     = problem{http.StatusConflict, "others keep changing this item, try again"}
)

func route(w *integration.Response, r *integration.Request) error {
	key, one := r.PathParam("key")
	if !one {
		return list(w, r)
	}
	if len(key) > maxKey || !utf8.ValidString(key) {
		return problem{http.StatusBadRequest, "a key is UTF-8 and has at most " + strconv.Itoa(maxKey) + " bytes"}
	}
	c := conditionOf(r)
	switch r.Method() {
	case http.MethodPut:
		item, err := body(r)
		if err != nil {
			return err
		}
		created, err := put(key, item, c)
		if err != nil {
			return err
		}
		if err := w.SetHeader("ETag", tag(item)); err != nil {
			return err
		}
		if created {
			return w.SetStatus(http.StatusCreated)
		}
		return w.SetStatus(http.StatusNoContent)
	case http.MethodDelete:
		if err := remove(key, c); err != nil {
			return err
		}
		return w.SetStatus(http.StatusNoContent)
	}
	return show(w, key, c)
}

// body reads an item.
func body(r *integration.Request) ([]byte, error) {
	item, err := io.ReadAll(io.LimitReader(r.Body(), maxItem+1))
	switch {
	case err != nil:
		return nil, err
	case len(item) > maxItem:
		return nil, problem{http.StatusRequestEntityTooLarge, "an item has at most 1 MiB"}
	case !json.Valid(item):
		return nil, problem{http.StatusBadRequest, "an item is JSON"}
	}
	return item, nil
}

func show(w *integration.Response, key string, c condition) error {
	item, err := get(key)
	if err != nil {
		return err
	}
	if err := w.SetHeader("ETag", tag(item)); err != nil {
		return err
	}
	if c.noneMatch != "" && matches(c.noneMatch, tag(item), true) {
		return w.SetStatus(http.StatusNotModified)
	}
	if c.match != "" && !matches(c.match, tag(item), false) {
		return errChanged
	}
	return send(w, http.StatusOK, item)
}

// list shows keys, a page at a time: "next" is the after of the next page.
func list(w *integration.Response, r *integration.Request) error {
	prefix, _ := r.QueryParam("prefix")
	after, _ := r.QueryParam("after")
	limit := defaultLimit
	if text, ok := r.QueryParam("limit"); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return problem{http.StatusBadRequest, "limit is a number from 1 to " + strconv.Itoa(maxLimit)}
		}
		limit = n
	}
	if len(prefix) > maxKey || len(after) > maxKey {
		return problem{http.StatusBadRequest, "prefix and after have at most " + strconv.Itoa(maxKey) + " bytes"}
	}
	found, err := keys(prefix, after, limit+1) // one more tells whether there are more
	if err != nil {
		return err
	}
	page := struct {
		Keys []string `json:"keys"`
		Next string   `json:"next,omitempty"`
	}{found, ""}
	if len(found) > limit {
		page.Keys = found[:limit]
		page.Next = found[limit-1]
	}
	return answer(w, http.StatusOK, page)
}

// answer sends a value as JSON.
func answer(w *integration.Response, status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return send(w, status, text)
}

func send(w *integration.Response, status int, body []byte) error {
	if err := w.SetStatus(status); err != nil {
		return err
	}
	if err := w.SetHeader("Content-Type", "application/json"); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}
