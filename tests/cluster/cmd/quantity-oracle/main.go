// Command quantity-oracle answers what Kubernetes itself makes of a quantity.
//
// It reads JSON strings from standard input, one a line, gives each to
// resource.ParseQuantity, and writes one JSON object a line in the same order.
// tests/quantity.rs compares these answers with those of src/quantity.rs.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/api/resource"
)

// answer is what one input came to. Of a rejected input the numbers are zero
// and Text is the name of the reason: "format", "numeric" or "suffix".
type answer struct {
	OK    bool   `json:"ok"`
	Value int64  `json:"value"`
	Milli int64  `json:"milli"`
	Text  string `json:"text"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quantity-oracle:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	inputs := json.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	buffer := bufio.NewWriterSize(out, 1<<16)
	answers := json.NewEncoder(buffer)
	for {
		var text string
		switch err := inputs.Decode(&text); {
		case errors.Is(err, io.EOF):
			return buffer.Flush()
		case err != nil:
			return err
		}
		given, err := ask(text)
		if err != nil {
			return err
		}
		if err := answers.Encode(given); err != nil {
			return err
		}
	}
}

func ask(text string) (answer, error) {
	quantity, err := resource.ParseQuantity(text)
	switch {
	case err == nil:
		return answer{
			OK:    true,
			Value: quantity.Value(),
			Milli: quantity.MilliValue(),
			Text:  quantity.String(),
		}, nil
	case errors.Is(err, resource.ErrFormatWrong):
		return answer{Text: "format"}, nil
	case errors.Is(err, resource.ErrNumeric):
		return answer{Text: "numeric"}, nil
	case errors.Is(err, resource.ErrSuffix):
		return answer{Text: "suffix"}, nil
	default:
		return answer{}, fmt.Errorf("parse %q: %w", text, err)
	}
}
