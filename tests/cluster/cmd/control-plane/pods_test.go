package main

import "testing"

func TestFivePodsOfANodeHoldEveryKind(t *testing.T) {
	for _, nodes := range []int{1, 14, 40, 47} {
		kinds, names := map[string]map[string]bool{}, map[string]bool{}
		for index := range 5 * nodes {
			pod := newPod(index, nodes)
			resources := pod.Spec.Containers[0].Resources
			kind := "plain"
			switch init := pod.Spec.InitContainers; {
			case len(init) > 0 && init[0].RestartPolicy != nil:
				kind = "beside"
			case len(init) > 0:
				kind = "before"
			case len(pod.Spec.Containers) > 1:
				kind = "two"
			case len(resources.Requests) == 0:
				kind = "nothing"
			case len(resources.Limits) > 0:
				kind = "limits"
			}
			if kinds[pod.Spec.NodeName] == nil {
				kinds[pod.Spec.NodeName] = map[string]bool{}
			}
			kinds[pod.Spec.NodeName][kind] = true
			names[pod.Name] = true
		}
		if len(kinds) != nodes || len(names) != 5*nodes {
			t.Errorf("%d nodes: pods on %d of them, %d names", nodes, len(kinds), len(names))
		}
		for node, of := range kinds {
			if len(of) != 5 || of["plain"] {
				t.Errorf("%d nodes: the pods of %s are of the kinds %v", nodes, node, of)
			}
		}
	}
}
