// Command control-plane runs a real Kubernetes control plane for tests: etcd, kube-apiserver, metrics-server, and kwok
// in the place of kubelets. Everything listens on 127.0.0.1 only and ends with the process that serves it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

const usage = `usage:
  control-plane serve --dir DIR [flags]        run one until stdin ends or a signal comes; see README.md for its commands
  control-plane up [--nodes N] [--state DIR]   leave one running
  control-plane pods [--pods N] [--state DIR]  have pods on the nodes of the one that up left running
  control-plane down [--state DIR]             stop the one that up left running
`

// The kernel kills the children when the thread that started them ends (Pdeathsig). The main goroutine starts all of
// them and so has to stay on the main thread, which ends last.
func init() { runtime.LockOSThread() }

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	// A broken pipe on stdout also is an order to end: whoever read it is gone.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer stop()

	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	var err error
	switch os.Args[1] {
	case "serve":
		var o serveOptions
		flags.StringVar(&o.dir, "dir", "", "folder for its files; empty or absent, removed at the end")
		flags.StringVar(&o.pki, "pki", "", "folder of certificates and keys, made if absent; may be shared (default DIR/pki)")
		flags.IntVar(&o.nodes, "nodes", 0, "nodes to create")
		flags.BoolVar(&o.withoutMetrics, "without-metrics", false, "neither start nor register metrics-server")
		flags.BoolVar(&o.waitForSamples, "wait-for-samples", false, "be ready only when all nodes that should have a sample have one")
		flags.DurationVar(&o.metricResolution, "metric-resolution", 0, "time between two samples, 10s at least (default 10s; 30s above 1,000 nodes)")
		flags.BoolVar(&o.untilSignalled, "until-signalled", false, "ignore stdin")
		flags.Parse(os.Args[2:])
		err = serve(ctx, o)
	case "up", "down":
		nodes := flags.Int("nodes", 40, "nodes to have (up only)")
		state := flags.String("state", defaultState(), "folder of the control plane that is left running")
		flags.Parse(os.Args[2:])
		if os.Args[1] == "up" {
			err = up(ctx, *state, *nodes)
		} else {
			err = down(ctx, *state)
		}
	case "pods":
		count := flags.Int("pods", 1000, "pods to have, beside those that are the nodes' load")
		state := flags.String("state", defaultState(), "folder of the control plane that is left running")
		flags.Parse(os.Args[2:])
		err = addPods(ctx, *state, *count)
	default:
		err = fmt.Errorf("unknown command %q\n%s", os.Args[1], usage)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
