//! Acting as another.

use super::{WITH_TOKEN, trusted};
use crate::case::Case;

fn kept(name: &str, fields: &str) -> Case {
    trusted(name, &format!("{WITH_TOKEN}, {fields}"))
}

fn typed<const N: usize>(name: &str, flags: [&str; N]) -> Case {
    trusted(name, WITH_TOKEN).flags(flags)
}

pub fn cases() -> Vec<Case> {
    vec![
        kept("impersonation: as", "as: jane"),
        kept(
            "impersonation: all fields",
            "as: jane, as-uid: u-1, as-groups: [a, b], as-user-extra: {reason: [x, z], other: [z]}",
        ),
        kept("impersonation: groups alone", "as-groups: [a]"),
        kept("impersonation: a uid alone", "as-uid: u-1"),
        kept("impersonation: extra alone", "as-user-extra: {reason: [x]}"),
        kept("impersonation: an empty name", r#"as: """#),
        kept(
            "impersonation: keys of strange letters",
            r#"as: jane, as-user-extra: {"Example.com/Scope-A": [x], "a b%c": [z], "ümläut": [z]}"#,
        ),
        kept(
            "impersonation: values of strange letters",
            r#"as: "jane doe@example.com", as-groups: ["a b", "c,d"]"#,
        ),
        kept("impersonation: an empty group", r#"as: jane, as-groups: [""]"#),
        kept("impersonation: a letter beyond ASCII", "as: jäne"),
        kept("impersonation: a line break", r#"as: "jane\nX: y""#),
        typed("impersonation: --as", ["--as=jane"]),
        typed("impersonation: --as of a ServiceAccount", ["--as=system:serviceaccount:dev:reader"]),
        typed("impersonation: --as-group alone", ["--as-group=a"]),
        typed("impersonation: --as-uid alone", ["--as-uid=u-1"]),
        typed("impersonation: --as-user-extra alone", ["--as-user-extra=reason=x"]),
        typed("impersonation: --as and --as-group", ["--as=jane", "--as-group=a", "--as-group=b"]),
        typed("impersonation: a comma in --as-group", ["--as=jane", "--as-group=a,b"]),
        typed("impersonation: --as-uid", ["--as=jane", "--as-uid=u-1"]),
        typed(
            "impersonation: --as-user-extra",
            ["--as=jane", "--as-user-extra=reason=x", "--as-user-extra=reason=y", "--as-user-extra=other=z"],
        ),
        typed("impersonation: --as-user-extra without a value", ["--as=jane", "--as-user-extra=reason"]),
        typed(
            "impersonation: --as-user-extra with two equal signs",
            ["--as=jane", "--as-user-extra=reason=x=y"],
        ),
        typed("impersonation: an empty --as", ["--as="]),
        kept("impersonation: --as over the kubeconfig's", "as: jane").flags(["--as=joe"]),
        kept("impersonation: --as keeps the kubeconfig's groups", "as: jane, as-groups: [a], as-uid: u-1")
            .flags(["--as=joe"]),
        kept("impersonation: --as-group replaces the kubeconfig's", "as: jane, as-groups: [a, b]")
            .flags(["--as-group=c"]),
        kept(
            "impersonation: --as-user-extra merges with the kubeconfig's",
            "as: jane, as-user-extra: {reason: [x], other: [z]}",
        )
        .flags(["--as-user-extra=reason=new", "--as-user-extra=third=y"]),
        Case::new("impersonation: over http").config(r#"server: "<url>""#, "as: jane, as-groups: [a]"),
        Case::new("impersonation: --as over http").flags(["--server=<url>", "--as=jane"]),
    ]
}
