package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/net/http/httpguts"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// answer is the class of the error, or the connection.
type answer struct {
	Class      string      `json:"class,omitempty"`
	Message    string      `json:"message,omitempty"`
	Connection *connection `json:"connection,omitempty"`
}

// connection has the fields of src/kubeconfig/connection.rs in a form that
// both sides can write. Empty values are "none".
type connection struct {
	Server             string              `json:"server"`
	Namespace          string              `json:"namespace"`
	AuthorityFile      string              `json:"authority_file"`
	AuthorityData      string              `json:"authority_data"`
	Insecure           bool                `json:"insecure"`
	ServerName         string              `json:"server_name"`
	CertificateFile    string              `json:"certificate_file"`
	CertificateData    string              `json:"certificate_data"`
	KeyFile            string              `json:"key_file"`
	KeyData            string              `json:"key_data"`
	Token              string              `json:"token"`
	TokenFile          string              `json:"token_file"`
	Basic              []string            `json:"basic"`
	Exec               *execPlugin         `json:"exec"`
	OIDC               map[string]string   `json:"oidc"`
	As                 string              `json:"as"`
	AsUID              string              `json:"as_uid"`
	AsGroups           []string            `json:"as_groups"`
	AsExtra            map[string][]string `json:"as_extra"`
	Proxy              string              `json:"proxy"`
	DisableCompression bool                `json:"disable_compression"`
	TimeoutNanoseconds int64               `json:"timeout_nanoseconds"`
}

type execPlugin struct {
	Command            string          `json:"command"`
	Args               []string        `json:"args"`
	Env                [][2]string     `json:"env"`
	APIVersion         string          `json:"api_version"`
	InstallHint        string          `json:"install_hint"`
	ProvideClusterInfo bool            `json:"provide_cluster_info"`
	InteractiveMode    string          `json:"interactive_mode"`
	Extension          json.RawMessage `json:"extension"`
}

// resolve does what kubectl does until it would connect.
func resolve(asked *question) answer {
	// These are set once, when a process starts.
	clientcmd.RecommendedConfigDir = filepath.Join(os.Getenv("HOME"), ".kube")
	clientcmd.RecommendedHomeFile = filepath.Join(clientcmd.RecommendedConfigDir, "config")
	server := "http://localhost:8080"
	if master := os.Getenv("KUBERNETES_MASTER"); master != "" {
		server = master
	}
	clientcmd.ClusterDefaults = clientcmdapi.Cluster{Server: server}
	overrides := &clientcmd.ConfigOverrides{ClusterDefaults: clientcmd.ClusterDefaults}
	defaults := clientcmd.NewDefaultClientConfig(*clientcmdapi.NewConfig(), overrides)
	clientcmd.DefaultClientConfig = *defaults.(*clientcmd.DirectClientConfig)

	loader := configFlags(asked).ToRawKubeConfigLoader()
	config, err := loader.ClientConfig()
	if err != nil {
		return failure(err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return failure(err)
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return answer{Class: "server", Message: err.Error()}
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return answer{Class: "server", Message: "unsupported protocol scheme"}
	}
	if _, err := rest.TransportFor(config); err != nil {
		if failed := failure(err); failed.Class != "pem" {
			return failed
		}
		// The content of certificates is looked at when the client is built; all else still holds.
		bare := rest.CopyConfig(config)
		bare.TLSClientConfig = rest.TLSClientConfig{}
		if _, err := rest.TransportFor(bare); err != nil {
			return failure(err)
		}
	}
	if failed := headerFailure(config); failed != "" {
		return answer{Class: failed}
	}
	found, err := describe(config, base)
	if err != nil {
		return answer{Class: "proxy", Message: err.Error()}
	}
	found.Namespace = namespace
	return answer{Connection: found}
}

func configFlags(asked *question) *genericclioptions.ConfigFlags {
	flags := genericclioptions.NewConfigFlags(false)
	text := map[string]**string{
		"kubeconfig": &flags.KubeConfig, "context": &flags.Context, "cluster": &flags.ClusterName,
		"user": &flags.AuthInfoName, "namespace": &flags.Namespace, "server": &flags.APIServer,
		"token": &flags.BearerToken, "as": &flags.Impersonate, "as-uid": &flags.ImpersonateUID,
		"certificate-authority": &flags.CAFile, "client-certificate": &flags.CertFile,
		"client-key": &flags.KeyFile, "tls-server-name": &flags.TLSServerName,
		"request-timeout": &flags.Timeout, "proxy-url": &flags.ProxyURL,
		// Without a password flag kubectl's prompt for a missing user is off.
		"username": &flags.Username, "password": &flags.Password,
	}
	for name, value := range asked.Flags {
		if target, ok := text[name]; ok {
			*target = &value
		}
	}
	_, insecure := asked.Flags["insecure-skip-tls-verify"]
	flags.Insecure = &insecure
	_, uncompressed := asked.Flags["disable-compression"]
	flags.DisableCompression = &uncompressed
	groups, extra := asked.Lists["as-group"], asked.Lists["as-user-extra"]
	flags.ImpersonateGroup, flags.ImpersonateUserExtra = &groups, &extra
	return flags
}

// headerFailure is the class of what net/http would refuse to send.
func headerFailure(config *rest.Config) string {
	if config.BearerTokenFile == "" && !httpguts.ValidHeaderFieldValue("Bearer "+config.BearerToken) {
		return "token"
	}
	if file := config.BearerTokenFile; file != "" {
		content, err := os.ReadFile(file)
		if err == nil && string(content) == config.BearerToken {
			// It is the file's, not a token in place.
			config.BearerToken = ""
		}
	}
	values := append([]string{config.Impersonate.UserName, config.Impersonate.UID}, config.Impersonate.Groups...)
	for _, extra := range config.Impersonate.Extra {
		values = append(values, extra...)
	}
	for _, value := range values {
		if !httpguts.ValidHeaderFieldValue(value) {
			return "impersonation"
		}
	}
	return ""
}

func describe(config *rest.Config, base *url.URL) (*connection, error) {
	prefix := url.URL{Path: path.Join("/", base.Path)}
	found := &connection{
		Server:             base.Scheme + "://" + base.Host + prefix.EscapedPath(),
		AuthorityFile:      absolute(config.CAFile),
		AuthorityData:      string(config.CAData),
		Insecure:           config.Insecure,
		ServerName:         config.ServerName,
		CertificateFile:    absolute(config.CertFile),
		CertificateData:    string(config.CertData),
		KeyFile:            absolute(config.KeyFile),
		KeyData:            string(config.KeyData),
		Token:              config.BearerToken,
		TokenFile:          config.BearerTokenFile,
		As:                 config.Impersonate.UserName,
		AsUID:              config.Impersonate.UID,
		AsGroups:           config.Impersonate.Groups,
		AsExtra:            config.Impersonate.Extra,
		DisableCompression: config.DisableCompression,
		TimeoutNanoseconds: max(0, int64(config.Timeout)),
	}
	if config.Username != "" {
		found.Basic = []string{config.Username, config.Password}
	}
	if plugin := config.ExecProvider; plugin != nil {
		found.Exec = describeExec(plugin)
	}
	if config.AuthProvider != nil {
		found.OIDC = config.AuthProvider.Config
	}
	if base.User != nil {
		// net/http sends it before any other credential is looked at.
		password, _ := base.User.Password()
		found.Basic = []string{base.User.Username(), password}
		found.Token, found.TokenFile, found.Exec, found.OIDC = "", "", nil, nil
	}
	if config.Proxy != nil {
		proxy, err := config.Proxy(&http.Request{URL: base})
		if err != nil {
			return nil, err
		}
		if proxy.Host == "" {
			return nil, errors.New("no host")
		}
		found.Proxy = proxy.String()
	}
	return found, nil
}

func describeExec(plugin *clientcmdapi.ExecConfig) *execPlugin {
	found := &execPlugin{
		Command: plugin.Command, Args: plugin.Args, APIVersion: plugin.APIVersion,
		InstallHint: plugin.InstallHint, ProvideClusterInfo: plugin.ProvideClusterInfo,
		InteractiveMode: string(plugin.InteractiveMode),
	}
	for _, variable := range plugin.Env {
		found.Env = append(found.Env, [2]string{variable.Name, variable.Value})
	}
	if extension, ok := plugin.Config.(*runtime.Unknown); ok {
		found.Extension = extension.Raw
	}
	return found
}

func absolute(path string) string {
	if path == "" {
		return ""
	}
	made, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return made
}
