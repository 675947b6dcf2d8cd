// {{name}} answers requests.
package main

import "github.com/portico-gateway/portico/sdk/go/integration"

func init() { integration.Handle(answer) }

func answer(w *integration.Response, r *integration.Request) error {
	if err := w.SetHeader("Content-Type", "text/plain; charset=utf-8"); err != nil {
		return err
	}
	name, ok := r.QueryParam("name")
	if !ok {
		if err := w.SetStatus(400); err != nil {
			return err
		}
		_, err := w.WriteString("say who you are: ?name=\n")
		return err
	}
	_, err := w.WriteString("hello " + name + "\n")
	return err
}

func main() {}
