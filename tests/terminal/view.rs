//! What the view shows on small and large terminals.

use crate::{running::eventually, tmux::Tmux};

const SIZES: [(usize, usize); 3] = [(80, 24), (40, 10), (200, 60)];

/// The demo's first figures, which stay.
fn demo(width: usize, height: usize) -> Tmux {
    let tmux = Tmux::of_size(width, height);
    tmux.types(&format!("{} --demo -w --interval 1h", env!("CARGO_BIN_EXE_kubectl-nodeusage")));
    tmux
}

#[test]
fn each_size_is_filled_and_nothing_is_broken() {
    for (width, height) in SIZES {
        let tmux = demo(width, height);
        let frame = tmux.frame(width, height);
        assert_eq!(tmux.unbroken_lines(), height);
        let [other_screen, cursor, _] = tmux.modes();
        assert!(other_screen && !cursor);
        insta::assert_snapshot!(format!("demo_{width}x{height}"), frame);
    }
}

#[test]
fn chosen_columns_make_way_for_the_name_wherever_it_stands() {
    let columns = "cpu_usage_cores,status,label_pool,node,cpu_usage_percent";
    for (width, shown) in [
        (80, "CPU(cores)  STATUS    POOL     NAME                 CPU(%)"),
        (50, "CPU(cores)  STATUS    NAME                 CPU(%)"),
        (28, "NAME                 CPU(%)"),
        (24, "NAME              CPU(%)"),
    ] {
        let tmux = Tmux::of_size(width, 10);
        let binary = env!("CARGO_BIN_EXE_kubectl-nodeusage");
        tmux.types(&format!("{binary} --demo -w --interval 1h -l pool=compute --columns {columns}"));
        let screen = tmux.shows("next in ");
        let header = screen.lines().find(|line| line.contains("NAME")).unwrap();
        assert_eq!(header.trim_end(), shown, "{screen}");
        let mut nodes = screen.lines().filter(|line| line.contains("simulated-"));
        assert!(nodes.all(|line| line.contains('…') == (width == 24)), "{screen}");
        assert!(!screen.contains("TREND"), "{screen}");
    }
}

#[test]
fn a_size_that_changes_is_followed() {
    let fresh = SIZES.map(|(width, height)| demo(width, height).frame(width, height));
    let resized = demo(100, 30);
    resized.frame(100, 30);
    for turn in [0, 1, 2, 1, 0] {
        let (width, height) = SIZES[turn];
        resized.resize(&width.to_string(), &height.to_string());
        eventually("the frame of the new size", || {
            (resized.frame(width, height) == fresh[turn]).then_some(())
        });
    }
}
