package main

import (
	"strings"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/responsemapper"
)

// mapResponse gives the client what the backend answered in the form that the
// client wants. Other types than the backend's pass as they are.
func mapResponse(w *responsemapper.Response, r *responsemapper.Request) error {
	if config.both {
		if err := w.AddHeader("Vary", "Accept"); err != nil {
			return err
		}
	}
	contentType, _ := w.Header("Content-Type")
	if f, ok := formOf(contentType); !ok || f != config.backend || wanted(r) == config.backend {
		return nil
	}
	body, err := answer(w, contentType)
	if no, ok := err.(*refusal); ok {
		return fail(w, no)
	} else if err != nil {
		return err
	}
	if len(body) == 0 {
		return nil
	}
	if tag, ok := w.Header("ETag"); ok && !strings.HasPrefix(tag, "W/") {
		// The bytes are others, the meaning is the same (RFC 9110, section 8.8.1).
		if err := w.SetHeader("ETag", "W/"+tag); err != nil {
			return err
		}
	}
	return replace(w.Head, config.backend.other(), body)
}

// fail answers 502, which is not the plugin's own failure: a backend that fails
// must not open the plugin's breaker. What the backend said about its body, and
// about keeping it, goes.
func fail(w *responsemapper.Response, why *refusal) error {
	portico.Log(portico.Warn, "the backend's answer cannot be converted: "+why.message)
	f := config.backend.other()
	if err := w.SetStatus(502); err != nil {
		return err
	}
	if err := remove(w.Head, "Content-Encoding", "ETag", "Last-Modified", "Cache-Control", "Expires"); err != nil {
		return err
	}
	return replace(w.Head, f, message(f, "Bad Gateway"))
}

// wanted is the form that mapRequest found the client to want. Without it, where
// the plugin is no mapper of requests, it is read now.
func wanted(r *responsemapper.Request) form {
	if s := r.Scratch(); len(s) == 1 {
		return form(s[0])
	}
	if !config.both {
		return config.backend.other()
	}
	accept, _ := r.Header("Accept")
	return preferred(accept, config.backend)
}

// answer is the backend's body in the other form, nothing if it has none.
func answer(w *responsemapper.Response, contentType string) ([]byte, error) {
	if _, ok := w.Header("Content-Encoding"); ok {
		return nil, &refusal{502, "it is compressed"}
	}
	if !isUTF8(contentType) {
		return nil, &refusal{502, "it is not in UTF-8"}
	}
	body, err := read(w.Body())
	if err != nil || len(body) == 0 {
		return nil, err
	}
	return config.mapping.convert(body, config.backend.other())
}
