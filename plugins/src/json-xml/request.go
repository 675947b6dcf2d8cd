package main

import (
	"io"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/requestmapper"
)

// mapRequest gives the backend the body in its form. The form that the client
// wants for the answer goes through scratch, since Accept is changed.
func mapRequest(r *requestmapper.Request) error {
	contentType, _ := r.Header("Content-Type")
	sent, ok := formOf(contentType)
	wanted := config.backend.other()
	if config.both {
		accept, _ := r.Header("Accept")
		otherwise := config.backend
		if ok {
			otherwise = sent
		}
		wanted = preferred(accept, otherwise)
	}
	if err := r.SetScratch([]byte{byte(wanted)}); err != nil {
		return err
	}
	if wanted != config.backend {
		if err := askBackend(r); err != nil {
			return err
		}
	}
	if config.both && ok && sent == config.backend {
		return nil
	}
	if ok && sent != config.backend {
		return convertRequest(r, contentType)
	}
	if _, err := r.Body().Read(make([]byte, 1)); err == io.EOF {
		return nil
	} else if err != nil {
		return err
	}
	return refuse(r, &refusal{415, "the body must be of type " + config.backend.other().mediaType()})
}

// askBackend has it answer in its own form, whole and not compressed.
func askBackend(r *requestmapper.Request) error {
	if _, ok := r.Header("Accept"); ok {
		if err := r.SetHeader("Accept", config.backend.accept()); err != nil {
			return err
		}
	}
	return remove(r.Head, "Accept-Encoding", "Range", "If-Range")
}

func convertRequest(r *requestmapper.Request, contentType string) error {
	if _, ok := r.Header("Content-Encoding"); ok {
		return refuse(r, &refusal{415, "the body must not be compressed"})
	}
	if !isUTF8(contentType) {
		return refuse(r, &refusal{415, "the body must be in UTF-8"})
	}
	body, err := read(r.Body())
	if err == nil && len(body) == 0 {
		return nil
	}
	if err == nil {
		body, err = config.mapping.convert(body, config.backend)
	}
	if err != nil {
		return refuse(r, err)
	}
	return replace(r.Head, config.backend, body)
}

// refuse answers a request that cannot be converted; an error that is no refusal
// is the plugin's own.
func refuse(r *requestmapper.Request, err error) error {
	no, ok := err.(*refusal)
	if !ok {
		return err
	}
	w := r.Respond()
	if err := w.SetStatus(no.status); err != nil {
		return err
	}
	f := config.backend.other()
	return replace(w.Head, f, message(f, no.message))
}

// read reads a body, at most what is allowed.
func read(body portico.Body) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(body, int64(config.maxBody)+1))
	if len(b) > config.maxBody || err == portico.ErrTooLarge {
		return nil, &refusal{413, "the body is too long"}
	}
	return b, err
}

// replace makes body the body of a message.
func replace(h portico.Head, f form, body []byte) error {
	if err := h.SetHeader("Content-Type", f.mediaType()); err != nil {
		return err
	}
	if err := remove(h, "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"); err != nil {
		return err
	}
	_, err := h.Write(body)
	return err
}

func remove(h portico.Head, names ...string) error {
	for _, n := range names {
		if err := h.RemoveHeader(n); err != nil {
			return err
		}
	}
	return nil
}
