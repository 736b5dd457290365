package main

import (
	"strings"

	utilerrors "k8s.io/apimachinery/pkg/util/errors"
)

// classes tells errors apart by what client-go says, the first match counting.
// The words are those of ConfigurationError::class in src/kubeconfig/error.rs;
// "pem" stands for certificates that are none.
var classes = []struct{ text, class string }{
	{"error loading config file", "kubeconfig"},
	{"stat ", "no-kubeconfig"},
	{"context was not found for specified context", "no-current-context"},
	{"unable to read", "file"},
	{"both specified for", "certificate-or-authority"},
	{"client-key-data or client-key must be specified", "client-certificate"},
	{"exec authentication plugin", "exec"},
	{"interactiveMode", "exec"},
	{"combination with an exec plugin", "exec"},
	{"exec plugin: invalid apiVersion", "exec"},
	{"more than one authentication method", "methods"},
	{"username/password or bearer token may be set, but not both", "methods"},
	{"without impersonating a user", "impersonation"},
	{"invalid 'proxy-url'", "proxy"},
	{"Invalid timeout value", "timeout"},
	{"root certificates file with the insecure flag", "authority"},
	{"read empty token from file", "token"},
	{"auth Provider", "auth-provider"},
	{"Auth Provider", "auth-provider"},
	{"auth plugin has been removed", "auth-provider"},
	{"Must provide", "auth-provider"},
	{"unable to load root certificates", "pem"},
	{"tls: ", "pem"},
	{"open ", "file"},
}

func failure(err error) answer {
	// Of several errors the first counts.
	for {
		several, ok := err.(utilerrors.Aggregate)
		if !ok || len(several.Errors()) == 0 {
			break
		}
		err = several.Errors()[0]
	}
	message := err.Error()
	if name, found := strings.CutSuffix(message, " does not exist"); found {
		switch {
		case strings.HasPrefix(name, "context "):
			return answer{Class: "no-context", Message: message}
		case strings.HasPrefix(name, "cluster "):
			return answer{Class: "no-cluster", Message: message}
		case strings.HasPrefix(name, "auth info "):
			return answer{Class: "no-user", Message: message}
		}
	}
	for _, known := range classes {
		if strings.Contains(message, known.text) {
			class := known.class
			if class == "certificate-or-authority" {
				class = "client-certificate"
				if strings.Contains(message, "certificate-authority") {
					class = "authority"
				}
			}
			return answer{Class: class, Message: message}
		}
	}
	return answer{Class: "unknown", Message: message}
}
