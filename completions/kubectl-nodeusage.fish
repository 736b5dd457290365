# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kubectl_nodeusage_global_optspecs
    string join \n l/selector= o/output= sort-by= reverse no-headers= units= show-capacity= show-swap= total totals-only L/label-columns= columns= no-color no-progress contexts= all-contexts from= at= demo where= fail-on= field-selector= no-taint schedulable requests pods= top= group-by= w/watch interval= count= for= repeat output-file= kubeconfig= context= cluster= user= n/namespace= s/server= token= username= password= as= as-group= as-uid= as-user-extra= certificate-authority= client-certificate= client-key= insecure-skip-tls-verify= tls-server-name= request-timeout= disable-compression= proxy-url= cache-dir= kuberc= match-server-version= v/v= h/help V/version
end

function __fish_kubectl_nodeusage_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kubectl_nodeusage_global_optspecs) -- $cmd 2>/dev/null
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kubectl_nodeusage_using_subcommand
    set -l cmd (__fish_kubectl_nodeusage_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s l -l selector -d 'Label selector: -l pool=general,zone!=z1' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s o -l output -d 'Output format' -r -f -a "text\t'A table for people'
wide\t'The table with all that is known'
top\t'What `kubectl top nodes` prints'
csv\t'One row a node or pod, RFC 4180'
tsv\t'As csv, with tabs'
json\t'One document'
yaml\t'The same document'
name\t'node/NAME or pod/NAME'"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l sort-by -d 'What to sort by; figures with the largest first, unknown ones last [default: name; redrawn, and of pods: most-used]' -r -f -a "name\t''
cpu\t''
memory\t''
cpu-percent\t''
memory-percent\t''
most-used\t''"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l no-headers -d 'Leave out the line of column names' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l units -d 'How text and wide write amounts [default: auto]' -r -f -a "auto\t'0.124, 512.0Mi, 66.4%'
raw\t'0.123456789, 536870912, 66.412345'
kubectl\t'124m, 512Mi, 66%, as `kubectl top` writes them'"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l show-capacity -d 'Percent of capacity instead of allocatable' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l show-swap -d 'Add swap: what is used of it, and percent of what the node has' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s L -l label-columns -d 'Labels to show as columns; repeatable, or separated by commas' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l columns -d 'The columns to show, in this order, by their names in csv (text, wide, csv, tsv); repeatable, or separated by commas' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l contexts -d 'Read the clusters of these contexts at once; repeatable, or separated by commas. Each row says of which it is' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l from -d 'Read this file in the place of a server; repeatable, - is standard input' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l at -d 'Show a recording as it was at this time: --at 2026-11-25T10:00:00Z' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l where -d 'Show only nodes that meet this: \'cpu>80%\', \'memory>=2Gi\', \'age<5m\', \'pool!=gpu\'; repeatable, all must hold' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l fail-on -d 'End with code 3 if one of the nodes meets this, as for --where; repeatable, all must hold. A watch ends at once' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l field-selector -d 'Field selector, which the server applies: --field-selector metadata.name!=node-1' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l pods -d 'List the pods of this node in the place of nodes: their IPs, what they request and are limited to, and their use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l top -d 'Show only so many, the first in the order of --sort-by. Sums and --fail-on still count all' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l group-by -d 'One row for all nodes with the same value of this label; repeatable, or separated by commas' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l interval -d 'From one reading to the next, at least 1s' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l count -d 'End after so many readings' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l for -d 'End after this time' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l output-file -d 'Append to this file in place of standard output (csv, tsv, json): one header, whole rows, each only once' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l kubeconfig -d 'Path to the kubeconfig file to use' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l context -d 'The name of the kubeconfig context to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l cluster -d 'The name of the kubeconfig cluster to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l user -d 'The name of the kubeconfig user to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s n -l namespace -d 'The namespace; nodes have none, so it changes nothing' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s s -l server -d 'The address and port of the Kubernetes API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l token -d 'Bearer token for authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l username -d 'Username for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l password -d 'Password for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l as -d 'Username to impersonate: a user, or a service account in a namespace' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l as-group -d 'Group to impersonate; repeatable' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l as-uid -d 'UID to impersonate' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l as-user-extra -d 'User extras to impersonate; repeatable, also for the same key' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l certificate-authority -d 'Path to a cert file for the certificate authority' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l client-certificate -d 'Path to a client certificate file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l client-key -d 'Path to a client key file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l insecure-skip-tls-verify -d 'Do not check the server\'s certificate. This makes the connection insecure' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l tls-server-name -d 'Server name for the validation of the server\'s certificate, in place of its host name' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l request-timeout -d 'How long to wait for a single request: 30, 30s, 2m; 0 is no limit' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l disable-compression -d 'Opt out of response compression' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l proxy-url -d 'URL of the proxy to use for requests' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l cache-dir -d 'The directory in which is remembered what a server serves [default: $HOME/.kube/cache]' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l kuberc -d 'Path to the kuberc file, whose policy on credential plugins holds here too' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l match-server-version -d 'Accepted as kubectl does; the version of the server is never asked for' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s v -l v -d 'How much is said of what is done, 0 to 10' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l reverse -d 'Sort the other way round'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l total -d 'Add the sums over the nodes whose figures are all known (text, wide, json, yaml)'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l totals-only -d 'Show the sums alone (text, wide, csv, tsv, json, yaml)'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l no-color -d 'No colour, even on a terminal'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l no-progress -d 'No progress, even on a terminal'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l all-contexts -d 'Read the clusters of all contexts at once, as --contexts does'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l demo -d 'Show a simulated cluster; no server is asked and no file is read'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l no-taint -d 'Show only nodes without taints'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l schedulable -d 'Show only nodes that are not cordoned'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l requests -d 'Add what pods request and are limited to, what is free to schedule, and the use in percent of the requests'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s w -l watch -d 'Read again and again: redrawn in place on a terminal, else one report after the other'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -l repeat -d 'Let csv, tsv, json and yaml repeat samples that the server has not renewed'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -s V -l version -d 'Print version'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -a "rbac" -d 'Print the manifest that grants the least rights, for kubectl apply'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -a "doctor" -d 'Say why the use of nodes can\'t be shown, check by check, and what mends it'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_needs_command" -a "completion" -d 'Print a script by which a shell completes the words after kubectl-nodeusage'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l serviceaccount -d 'The ServiceAccount that gets the rights; it is created if it is not there, its namespace is not' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l user -d 'The user that gets the rights, as the server calls it' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l group -d 'The group that gets the rights' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l name -d 'The name of the ClusterRole and of its binding [default: one that no other subject has]' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l image -d 'The image of that pod. It must hold kubectl-nodeusage' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l kubeconfig -d 'Path to the kubeconfig file to use' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l context -d 'The name of the kubeconfig context to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l cluster -d 'The name of the kubeconfig cluster to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -s n -l namespace -d 'The namespace; nodes have none, so it changes nothing' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -s s -l server -d 'The address and port of the Kubernetes API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l token -d 'Bearer token for authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l username -d 'Username for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l password -d 'Password for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l as -d 'Username to impersonate: a user, or a service account in a namespace' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l as-group -d 'Group to impersonate; repeatable' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l as-uid -d 'UID to impersonate' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l as-user-extra -d 'User extras to impersonate; repeatable, also for the same key' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l certificate-authority -d 'Path to a cert file for the certificate authority' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l client-certificate -d 'Path to a client certificate file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l client-key -d 'Path to a client key file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l insecure-skip-tls-verify -d 'Do not check the server\'s certificate. This makes the connection insecure' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l tls-server-name -d 'Server name for the validation of the server\'s certificate, in place of its host name' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l request-timeout -d 'How long to wait for a single request: 30, 30s, 2m; 0 is no limit' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l disable-compression -d 'Opt out of response compression' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l proxy-url -d 'URL of the proxy to use for requests' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l cache-dir -d 'The directory in which is remembered what a server serves [default: $HOME/.kube/cache]' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l kuberc -d 'Path to the kuberc file, whose policy on credential plugins holds here too' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l match-server-version -d 'Accepted as kubectl does; the version of the server is never asked for' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -s v -l v -d 'How much is said of what is done, 0 to 10' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l with-percent -d 'Also what percent needs: get, list and watch nodes'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l with-requests -d 'Also what the pods\' requests need: list and watch pods'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l with-pods -d 'Also what the list of a node\'s pods needs: list pods and their use. Their percent needs --with-percent, too'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -l example-pod -d 'Also a pod that prints the use of nodes once, as the ServiceAccount'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand rbac" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -s o -l output -d 'Output format' -r -f -a "text\t'One line a check'
json\t'One document'"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l kubeconfig -d 'Path to the kubeconfig file to use' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l context -d 'The name of the kubeconfig context to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l cluster -d 'The name of the kubeconfig cluster to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l user -d 'The name of the kubeconfig user to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -s n -l namespace -d 'The namespace; nodes have none, so it changes nothing' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -s s -l server -d 'The address and port of the Kubernetes API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l token -d 'Bearer token for authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l username -d 'Username for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l password -d 'Password for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l as -d 'Username to impersonate: a user, or a service account in a namespace' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l as-group -d 'Group to impersonate; repeatable' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l as-uid -d 'UID to impersonate' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l as-user-extra -d 'User extras to impersonate; repeatable, also for the same key' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l certificate-authority -d 'Path to a cert file for the certificate authority' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l client-certificate -d 'Path to a client certificate file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l client-key -d 'Path to a client key file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l insecure-skip-tls-verify -d 'Do not check the server\'s certificate. This makes the connection insecure' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l tls-server-name -d 'Server name for the validation of the server\'s certificate, in place of its host name' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l request-timeout -d 'How long to wait for a single request: 30, 30s, 2m; 0 is no limit' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l disable-compression -d 'Opt out of response compression' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l proxy-url -d 'URL of the proxy to use for requests' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l cache-dir -d 'The directory in which is remembered what a server serves [default: $HOME/.kube/cache]' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l kuberc -d 'Path to the kuberc file, whose policy on credential plugins holds here too' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l match-server-version -d 'Accepted as kubectl does; the version of the server is never asked for' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -s v -l v -d 'How much is said of what is done, 0 to 10' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -l show-config -d 'Print the resolved configuration, credentials masked, with the origin of each value; no server is asked'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l kubeconfig -d 'Path to the kubeconfig file to use' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l context -d 'The name of the kubeconfig context to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l cluster -d 'The name of the kubeconfig cluster to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l user -d 'The name of the kubeconfig user to use' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -s n -l namespace -d 'The namespace; nodes have none, so it changes nothing' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -s s -l server -d 'The address and port of the Kubernetes API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l token -d 'Bearer token for authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l username -d 'Username for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l password -d 'Password for basic authentication to the API server' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l as -d 'Username to impersonate: a user, or a service account in a namespace' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l as-group -d 'Group to impersonate; repeatable' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l as-uid -d 'UID to impersonate' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l as-user-extra -d 'User extras to impersonate; repeatable, also for the same key' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l certificate-authority -d 'Path to a cert file for the certificate authority' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l client-certificate -d 'Path to a client certificate file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l client-key -d 'Path to a client key file for TLS' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l insecure-skip-tls-verify -d 'Do not check the server\'s certificate. This makes the connection insecure' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l tls-server-name -d 'Server name for the validation of the server\'s certificate, in place of its host name' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l request-timeout -d 'How long to wait for a single request: 30, 30s, 2m; 0 is no limit' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l disable-compression -d 'Opt out of response compression' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l proxy-url -d 'URL of the proxy to use for requests' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l cache-dir -d 'The directory in which is remembered what a server serves [default: $HOME/.kube/cache]' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l kuberc -d 'Path to the kuberc file, whose policy on credential plugins holds here too' -r -F
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -l match-server-version -d 'Accepted as kubectl does; the version of the server is never asked for' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -s v -l v -d 'How much is said of what is done, 0 to 10' -r
complete -c kubectl-nodeusage -n "__fish_kubectl_nodeusage_using_subcommand completion" -s h -l help -d 'Print help (see more with \'--help\')'
